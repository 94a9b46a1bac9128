"""What we rely on in Streamlit: its version, its private parts, and that our configuration reaches it."""

import inspect
import re
import tomllib

import pytest
import streamlit
from streamlit import config
from streamlit.watcher.polling_path_watcher import PollingPathWatcher
from streamlit.web.server.starlette import starlette_server

from hub.settings import ROOT
from web import runtime, shell

MEASURED = {
    "runner.postScriptGC": False,
    "server.fileWatcherType": "none",
    "browser.gatherUsageStats": False,
    "client.toolbarMode": "minimal",
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "server.disconnectedSessionTTL": 1800,
}


def test_the_installed_streamlit_is_the_one_the_runtime_was_written_for():
    assert streamlit.__version__ == runtime.WRITTEN_FOR


def test_the_pinned_streamlit_is_the_one_the_runtime_was_written_for():
    pins = re.findall(r"^streamlit==(\S+)", (ROOT / "requirements.txt").read_text(encoding="utf-8"), re.MULTILINE)

    assert pins == [runtime.WRITTEN_FOR]


@pytest.mark.parametrize(("option", "value"), MEASURED.items())
def test_the_configuration_says_what_was_measured(option, value):
    section, name = option.split(".")
    written = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))

    assert written[section][name] == value


@pytest.mark.parametrize(("option", "value"), MEASURED.items())
def test_streamlit_reads_the_configuration(monkeypatch, option, value):
    monkeypatch.chdir(ROOT)

    assert config.get_option(option) == value


@pytest.mark.parametrize("option", sorted(MEASURED))
def test_what_was_measured_is_still_an_option_of_streamlit(option):
    assert option in config._config_options_template


def test_the_private_parts_are_where_the_runtime_looks_for_them():
    parts = (starlette_server._get_uvicorn_config_kwargs, PollingPathWatcher._schedule)

    assert [list(inspect.signature(part).parameters) for part in parts] == [[], ["self"]]


def test_the_server_is_started_without_its_name_and_with_an_end_to_the_wait_when_it_stops(monkeypatch):
    monkeypatch.setattr(
        starlette_server, "_get_uvicorn_config_kwargs", starlette_server._get_uvicorn_config_kwargs, raising=True
    )
    before = starlette_server._get_uvicorn_config_kwargs()

    runtime.set_up_uvicorn()

    assert starlette_server._get_uvicorn_config_kwargs() == {
        **before,
        "server_header": False,
        "timeout_graceful_shutdown": 3,
    }


def test_the_shipped_index_page_can_be_taken_apart():
    parts = shell.take_apart(runtime.index_page())

    assert parts.head.count('type="module"') == 1 and parts.inline.strip()


def test_each_file_that_the_document_loads_is_shipped():
    head = shell.take_apart(runtime.index_page()).head
    loaded = set(re.findall(r'(?:src|href)="([^"]+)"', head))

    assert loaded <= runtime.shipped_files()


def test_the_index_page_itself_is_not_served():
    assert not any(file.endswith("index.html") for file in runtime.shipped_files())
