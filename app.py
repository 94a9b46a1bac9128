"""The composition root: builds the hub, hangs our routes and middleware on Streamlit, starts and stops.

Run as ``python app.py``; ``make run`` does.
"""

import gc
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from components import problems
from components.session import hub
from hub.call.peer import Peers
from hub.clock import utc_now
from hub.errors import ContentError, Unavailable
from hub.settings import ROOT
from web import runtime, shell
from web.account import Account
from web.auth import Auth
from web.call import Calls
from web.check import Check
from web.documents import Documents
from web.drafts import Drafts
from web.forum import Forum
from web.forum_cards import ForumCards
from web.forum_feeds import ForumFeeds
from web.forum_finding import ForumFinding
from web.forum_moderation import ForumModeration
from web.forum_reading import ForumReading
from web.live import Live
from web.logs import start_logging
from web.middleware import Guard
from web.pages import Pages
from web.probes import Probes
from web.regions import Regions
from web.survey import Survey

try:
    HUB = hub()
except ContentError as error:
    sys.exit(f"The hub cannot start: {error}")
except Unavailable:
    sys.exit(
        "The hub cannot start: the database does not answer. Look at HUB_DATABASE_URL, or at the folder in HUB_VAR."
    )

settings = HUB.settings
start_logging(settings.log_level)
runtime.set_up_uvicorn()
peers = Peers(clips=HUB.clips, loopback=settings.loopback())
streamlit_parts = shell.take_apart(runtime.index_page())
html = Pages(HUB, streamlit_parts)


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Settle the memory once everything is loaded, start the timetable and the forum's index; end all at the end."""
    runtime.end_polling()
    gc.collect()
    gc.freeze()
    HUB.timetable.start(utc_now)
    HUB.finding.start()
    yield
    await run_in_threadpool(HUB.timetable.stop)
    await run_in_threadpool(HUB.finding.stop)
    await peers.close_all()


app = st.App(
    ROOT / "pages" / "_frame.py",
    lifespan=lifespan,
    on_script_error=problems.unknown,
    routes=[
        *html.routes(),
        *Probes({"database": HUB.database.check, "mart": HUB.mart.check}, HUB.version).routes(),
        *Live(HUB).routes(),
        *Documents(HUB).routes(),
        *Drafts(HUB).routes(),
        Auth(HUB, html).mount(),
        *Account(HUB, html).routes(),
        *Regions(HUB, html).routes(),
        *ForumFinding(HUB).routes(),
        *Forum(HUB, html).routes(),
        *ForumCards(HUB, html).routes(),
        *ForumFeeds(HUB, html).routes(),
        *ForumModeration(HUB, html).routes(),
        *ForumReading(HUB, html).routes(),
        *Survey(HUB, html).routes(),
        *Calls(HUB, html, peers).routes(),
        *Check(HUB, html, peers).routes(),
        Mount("/assets", StaticFiles(directory=ROOT / "web" / "assets")),
        Mount("/data", StaticFiles(directory=ROOT / "data")),
        Route("/api/{path:path}", lambda _request: JSONResponse({"error": "not found"}, status_code=404)),
    ],
    middleware=[
        Middleware(
            Guard,
            pages=html.app_pages(),
            files=runtime.shipped_files(),
            own=(
                "/api/",
                "/assets/",
                "/data",
                "/data/",
                "/auth/",
                "/nivaer/",
                "/kunskap/",
                "/besok/",
                "/forum/",
                "/kontroll",
                "/kontroll/",
                "/robots.txt",
                "/sitemap.xml",
            ),
            not_found=html.not_found,
            failed=html.failed,
            policy=shell.content_security_policy(streamlit_parts),
            https=settings.public_url.startswith("https:"),
            public_url=settings.public_url,
        )
    ],
)

if __name__ == "__main__":
    os.environ.setdefault("FORWARDED_ALLOW_IPS", settings.trusted_proxies)
    if settings.cookie_secret:
        os.environ["STREAMLIT_SERVER_COOKIE_SECRET"] = settings.cookie_secret
    print(
        f"Vårdmöteshubben: http://{'localhost' if settings.host == '127.0.0.1' else settings.host}:{settings.port}",
        flush=True,
    )
    if HUB.identity.read_only:
        print(
            "Nobody can sign in: HUB_OIDC_ISSUER and HUB_OIDC_CLIENT_ID are not set, and others can reach this hub, so"
            " visitors may only read. Sign in as administrator once, within 24 hours, by this link:\n"
            f"{settings.public_url or f'http://{settings.host}:{settings.port}'}/auth/engang?kod={HUB.identity.new_one_time_code()}",
            flush=True,
        )
    app.run(config={"server.port": settings.port, "server.address": settings.host})
