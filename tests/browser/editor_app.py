"""A server with one page, for the tests of the editor: what ``app.py`` hangs on Streamlit, as far as the editor needs it."""

import os
import sys
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from components import problems
from components.session import hub
from hub.settings import ROOT
from web import runtime, shell
from web.auth import Auth
from web.drafts import Drafts
from web.middleware import Guard
from web.pages import Pages

HUB = hub()
parts = shell.take_apart(runtime.index_page())
html = Pages(HUB, parts)

app = st.App(
    Path(__file__).parent / "editor_page.py",
    on_script_error=problems.unknown,
    routes=[
        *Drafts(HUB).routes(),
        Auth(HUB, html).mount(),
        Route("/api/ready", lambda _request: PlainTextResponse("ready")),
        Mount("/assets", StaticFiles(directory=ROOT / "web" / "assets")),
    ],
    middleware=[
        Middleware(
            Guard,
            pages={path: answer for path, answer in html.app_pages().items() if path in {"/", "/om"}},
            files=runtime.shipped_files(),
            own=("/api/", "/assets/", "/auth/"),
            not_found=html.not_found,
            failed=html.failed,
            policy=shell.content_security_policy(parts),
            https=False,
        )
    ],
)

if __name__ == "__main__":
    app.run(config={"server.port": int(os.environ["PORT"]), "server.address": "127.0.0.1"})
