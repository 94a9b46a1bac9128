"""The only file that reaches into Streamlit's private parts, and why each time.

Written against Streamlit 1.67.0; a test fails when another version is installed, so that each line is looked at again.
"""

from pathlib import Path
from typing import Any

import streamlit
from streamlit.watcher.polling_path_watcher import PollingPathWatcher
from streamlit.web.server.starlette import starlette_server

WRITTEN_FOR = "1.67.0"


def set_up_uvicorn() -> None:
    """Give uvicorn the two settings that Streamlit has no option for.

    No ``server`` header, which uvicorn adds below any middleware. And an end to the wait for open connections when it
    is asked to stop: a connection cut off in the middle of its first request would otherwise keep it up for good.
    """
    original = starlette_server._get_uvicorn_config_kwargs

    def with_ours() -> dict[str, Any]:
        return {**original(), "server_header": False, "timeout_graceful_shutdown": 3}

    starlette_server._get_uvicorn_config_kwargs = with_ours


def end_polling() -> None:
    """Stop the watchers of ``config.toml``, which poll five times a second even with ``fileWatcherType = "none"``.

    A watcher schedules its own next look; once it cannot, each of them ends after the look it has begun.
    """
    PollingPathWatcher._schedule = lambda _self: None  # type: ignore[assignment, method-assign]


def index_page() -> str:
    """Return the index page that Streamlit ships, which loads the app in the browser."""
    return (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")


def shipped_files() -> frozenset[str]:
    """Return the paths of the files that Streamlit ships for the browser, such as ``/static/js/index.x.js``."""
    folder = Path(streamlit.__file__).parent / "static"
    return frozenset(
        f"/{file.relative_to(folder).as_posix()}"
        for file in folder.rglob("*")
        if file.is_file() and file.name != "index.html"
    )
