"""``/auth/``: signing in by the login provider, as a made-up person, or once by a link; and signing out.

The cookie of this module's own, ``hub_login``, lives while a login is under way and reaches ``/auth`` only.
"""

import secrets
import warnings
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final
from urllib.parse import quote, urlencode

import httpx
import structlog
from authlib.common.errors import AuthlibBaseError
from authlib.deprecate import AuthlibDeprecationWarning
from joserfc.errors import JoseError
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route

from hub.bootstrap import Hub
from hub.clock import utc_now
from hub.errors import NotFound, Rejected, Unavailable
from hub.identity.demo import PERSONAS
from hub.identity.rules import own_path
from hub.identity.service import Claims, SignedIn
from hub.language import LANGUAGE_COOKIE
from hub.visitor import BROWSER_COOKIE, SESSION_COOKIE, Role
from web.forms import read_form
from web.pages import Pages, language_of
from web.visitors import address_of, is_local

with warnings.catch_warnings():
    # Authlib asks for the successor of httpx, which it works without.
    warnings.simplefilter("ignore", AuthlibDeprecationWarning)
    from authlib.integrations.starlette_client import OAuth

log = structlog.get_logger(__name__)

_UNDER_WAY_S: Final = 15 * 60
"""How long a login may take at the provider."""
_ANSWERS_WITHIN_S: Final = 10
_YEAR_S: Final = 365 * 24 * 3600
_SIGNED_WELL: Final = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"}
)
"""Signatures that only the provider can make; never ``none``, and none by a secret that we hold too."""
_NO_ANSWER = (httpx.HTTPError, httpx.InvalidURL)
_NO_GOOD = (AuthlibBaseError, JoseError, ValueError, KeyError, TypeError, RuntimeError)
"""What Authlib and what it builds on raise when an answer is not what it should be."""


class Auth:
    """Serves the ways in and out."""

    def __init__(self, hub: Hub, pages: Pages) -> None:
        """Hold the hub, and set up the client of the login provider if there is one."""
        self._hub = hub
        self._identity = hub.identity
        self._settings = hub.settings
        self._pages = pages
        self._provider: Any = None
        if hub.identity.with_provider:
            self._provider = OAuth().register(
                "provider",
                client_id=self._settings.oidc_client_id,
                client_secret=self._settings.oidc_client_secret or None,
                server_metadata_url=f"{self._settings.oidc_issuer.rstrip('/')}/.well-known/openid-configuration",
                client_kwargs={
                    "scope": "openid profile",
                    "code_challenge_method": "S256",
                    "timeout": _ANSWERS_WITHIN_S,
                },
            )

    def mount(self) -> Mount:
        """Return the routes, with the session that lives while a login is under way."""
        return Mount(
            "/auth",
            routes=[
                Route("/login", self.login, methods=["GET"]),
                Route("/callback", self.callback, methods=["GET"]),
                Route("/demo", self.demo, methods=["POST"]),
                Route("/engang", self.one_time, methods=["GET", "POST"]),
                Route("/logout", self.logout, methods=["GET", "POST"]),
                Route("/{path:path}", self._pages.not_found),
            ],
            middleware=[
                Middleware(
                    SessionMiddleware,
                    secret_key=self._settings.cookie_secret or secrets.token_urlsafe(32),
                    session_cookie="hub_login",
                    max_age=_UNDER_WAY_S,
                    path="/auth",
                    same_site="lax",
                )
            ],
        )

    # --- In ----------------------------------------------------------------------------------------------------------

    async def login(self, request: Request) -> Response:
        """Send the visitor to the login provider, or show the ways in that there are."""
        onward = own_path(request.query_params.get("next"))
        if self._provider is not None:
            return await self._to_provider(request, onward)
        if self._settings.demo and is_local(request):
            return await self._pages.render(
                request,
                "login.html",
                title=self._pages.say(request)("Choose who you are in the trial"),
                description="",
                path="/auth/login",
                onward=onward,
                personas=self._personas(request),
            )
        return await self._nobody_can(request)

    async def _to_provider(self, request: Request, onward: str) -> Response:
        refused = await self._too_often(request)
        if refused:
            return refused
        request.session["onward"] = onward
        try:
            await self._meet_provider()
            answer: Response = await self._provider.authorize_redirect(request, self._callback_address(request))
        except (*_NO_ANSWER, *_NO_GOOD) as error:
            return await self._provider_fails(request, error, onward)
        answer.headers["cache-control"] = "no-store"
        return answer

    async def callback(self, request: Request) -> Response:
        """Take the visitor back from the login provider and begin a session."""
        if self._provider is None:
            return await self._pages.not_found(request)
        onward = own_path(request.session.get("onward"))
        try:
            metadata = await self._meet_provider()
            token = await self._provider.authorize_access_token(
                request,
                claims_options={
                    "iss": {"essential": True, "value": metadata["issuer"]},
                    "aud": {"essential": True, "value": self._settings.oidc_client_id},
                    "sub": {"essential": True},
                },
            )
            claims = self._claims(token["userinfo"], metadata["issuer"])
        except _NO_ANSWER as error:
            return await self._provider_fails(request, error, onward)
        except _NO_GOOD as error:
            return await self._not_signed_in(request, error, onward)
        request.session.clear()
        return await self._begin(request, claims, onward)

    async def _meet_provider(self) -> dict[str, Any]:
        """Read the provider's configuration, once, and hold it against ours."""
        metadata: dict[str, Any] = await self._provider.load_server_metadata()
        if str(metadata["issuer"]).rstrip("/") != self._settings.oidc_issuer.rstrip("/"):
            metadata.pop("_loaded_at", None)
            raise ValueError("the provider gives another issuer than HUB_OIDC_ISSUER")
        stated = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
        metadata["id_token_signing_alg_values_supported"] = [one for one in stated if one in _SIGNED_WELL]
        return metadata

    def _claims(self, token: Mapping[str, Any], issuer: str) -> Claims:
        subject, name = token["sub"], token.get("name") or token.get("preferred_username") or ""
        if not isinstance(subject, str) or not subject:
            raise ValueError("no subject")
        roles = token.get(self._settings.oidc_roles_claim) if self._settings.oidc_roles_claim else None
        return Claims(issuer, subject[:300], name if isinstance(name, str) else "", roles)

    async def demo(self, request: Request) -> Response:
        """Begin a session as one of the made-up people; from this machine only."""
        if not (self._settings.demo and is_local(request)):
            return await self._pages.not_found(request)
        given = await self._form(request)
        if isinstance(given, Response):
            return given
        try:
            claims = self._identity.demo_claims(given.get("persona", ""), local=is_local(request))
        except NotFound:
            return await self._pages.not_found(request)
        return await self._begin(request, claims, own_path(given.get("next")))

    async def one_time(self, request: Request) -> Response:
        """Let the first user of the link that the server printed in as administrator."""
        say = self._pages.say(request)
        if request.method == "GET":
            # A preview of the link, in a letter or a chat, must not use it up.
            return await self._pages.notice(
                request,
                say("Sign in as administrator"),
                [say("The link works once, and within 24 hours of the start of the hub.")],
                button=say("Sign in"),
                action="/auth/engang",
                fields={"kod": request.query_params.get("kod", "")[:100]},
            )
        given = await self._form(request)
        if isinstance(given, Response):
            return given
        try:
            claims = self._identity.use_one_time_code(given.get("kod", ""))
        except NotFound:
            return await self._pages.notice(
                request,
                say("The link does not work"),
                [
                    say("It has been used, is too old, or is not whole."),
                    say("Whoever runs the hub gets a new one by starting it again."),
                ],
                status=404,
            )
        return await self._begin(request, claims, "/administration")

    async def _begin(self, request: Request, claims: Claims, onward: str) -> Response:
        """Begin a session under an id of our own making, whatever the browser brought."""

        def sign_in() -> SignedIn:
            signed_in = self._identity.sign_in(
                claims,
                replaces=request.cookies.get(SESSION_COOKIE),
                user_agent=request.headers.get("user-agent", ""),
                language=language_of(request),
            )
            before = self._identity.key(request.cookies.get(BROWSER_COOKIE), address_of(request))
            with suppress(Unavailable):
                person = self._identity.visitor(signed_in.session_id, local=is_local(request), key=before)
                self._hub.drafts.take_over(before, person.key)
            return signed_in

        try:
            begun = await run_in_threadpool(sign_in)
        except Unavailable:
            return await self._unavailable(request)
        target = onward if begun.finished else f"/konto?{urlencode({'till': onward})}"
        response = RedirectResponse(target, status_code=303, headers={"cache-control": "no-store"})
        response.set_cookie(
            SESSION_COOKIE, begun.session_id, max_age=begun.lasts_s, path="/", httponly=True, samesite="lax"
        )
        if LANGUAGE_COOKIE not in request.cookies:
            response.set_cookie(LANGUAGE_COOKIE, begun.language, max_age=_YEAR_S, httponly=True, samesite="lax")
        return response

    # --- Out ---------------------------------------------------------------------------------------------------------

    async def logout(self, request: Request) -> Response:
        """Ask whether to sign out; a POST does it."""
        say = self._pages.say(request)
        if request.method == "GET":
            return await self._pages.notice(
                request,
                say("Sign out?"),
                [say("What you have saved stays.")],
                button=say("Sign out"),
                action="/auth/logout",
                onward=own_path(request.query_params.get("next")),
            )
        given = await self._form(request, limited=False)
        if isinstance(given, Response):
            return given
        try:
            await run_in_threadpool(self._identity.sign_out, request.cookies.get(SESSION_COOKIE))
        except Unavailable:
            return await self._unavailable(request)
        return signed_out()

    # --- What is said when it does not work --------------------------------------------------------------------------

    async def _form(self, request: Request, *, limited: bool = True) -> dict[str, str] | Response:
        """Return the fields of a form from one of our own pages, or the refusal."""
        try:
            given = await read_form(request, self._settings.public_url)
        except Rejected as error:
            return await self._pages.refused(request, error)
        refused = await self._too_often(request) if limited else None
        return refused or given

    async def _too_often(self, request: Request) -> Response | None:
        try:
            self._hub.limits.count("login", self._identity.address_key(address_of(request)), utc_now)
        except Rejected as error:
            say = self._pages.say(request)
            wait_s = str(error.facts["wait_s"])
            refused = await self._pages.notice(
                request,
                say("Too many attempts to sign in"),
                [say("Wait {seconds} seconds and try again.").format(seconds=wait_s)],
                status=429,
            )
            refused.headers["retry-after"] = wait_s
            return refused
        return None

    async def _nobody_can(self, request: Request) -> Response:
        say = self._pages.say(request)
        why = (
            say(
                "Whoever runs it has not connected a login provider. Until then visitors can read, and open plans by a link."
            )
            if self._settings.reachable()
            else say(
                "No login provider is connected, and the made-up people of the trial are switched off or not for you."
            )
        )
        return await self._pages.notice(
            request,
            say("Nobody can sign in on this installation"),
            [
                why,
                say("Whoever runs it finds the settings in the README: those that begin with HUB_OIDC, and HUB_DEMO."),
            ],
            status=404,
        )

    async def _provider_fails(self, request: Request, error: Exception, onward: str) -> Response:
        log.warning("login_provider_fails", error=type(error).__name__, said=str(error)[:200])
        say = self._pages.say(request)
        return await self._pages.notice(
            request,
            say("The login provider does not answer"),
            [
                say("Signing in is done by another service than the hub, and it does not answer just now."),
                say("Everything that can be read without signing in is here as usual. Try again in a few minutes."),
            ],
            status=503,
            again=_login(onward),
        )

    async def _not_signed_in(self, request: Request, error: Exception, onward: str) -> Response:
        code = str(getattr(error, "error", "") or type(error).__name__)
        log.warning("login_failed", error=code[:100])
        say = self._pages.say(request)
        why = (
            say("You said no at the login provider, or are not allowed in by it.")
            if code == "access_denied"
            else say("It took too long, was begun in another window as well, or the answer could not be trusted.")
        )
        return await self._pages.notice(
            request, say("You have not been signed in"), [why], status=400, again=_login(onward)
        )

    async def _unavailable(self, request: Request) -> Response:
        say = self._pages.say(request)
        return await self._pages.notice(
            request,
            say("This does not answer just now"),
            [say("Nothing has been lost. Try again in a moment.")],
            status=503,
        )

    def _personas(self, request: Request) -> list[dict[str, str]]:
        """Return the made-up people in words."""
        say, language = self._pages.say(request), language_of(request)
        words = {
            None: (say("Member"), say("Makes plans, and comments on those they share.")),
            Role.EDITOR: (say("Editor of {region}"), say("Speaks for one region, and keeps its plan.")),
            Role.COACH: (say("Coach"), say("Sees where regions are stuck, and helps those who ask.")),
            Role.MODERATOR: (say("Moderator"), say("Hides what breaks the rules.")),
            Role.ADMINISTRATOR: (say("Administrator"), say("Gives and withdraws roles, and reads the trail.")),
        }
        found = []
        for one in PERSONAS:
            role, does = words[one.grant.role if one.grant else None]
            region = self._hub.regions.name(one.grant.region if one.grant else "", language)
            found.append({"id": one.id, "name": one.name, "role": role.format(region=region), "does": does})
        return found

    def _callback_address(self, request: Request) -> str:
        base = self._settings.public_url or f"{request.url.scheme}://{request.headers.get('host', '')}"
        return f"{base}/auth/callback"


def signed_out(onward: str = "/") -> Response:
    """Answer somebody whose session has ended: the cookie goes, and what the browser has kept of our pages."""
    response = RedirectResponse(onward, status_code=303, headers={"cache-control": "no-store"})
    response.headers["clear-site-data"] = '"cache"'
    response.delete_cookie(SESSION_COOKIE, path="/", httponly=True, samesite="lax")
    return response


def _login(onward: str) -> str:
    return f"/auth/login?next={quote(onward)}"
