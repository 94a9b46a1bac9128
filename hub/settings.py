"""The one place that reads the environment."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hub.errors import ContentError

ROOT = Path(__file__).resolve().parent.parent
"""The folder that holds ``content/`` and ``data/``."""

_THIS_MACHINE = frozenset({"127.0.0.1", "::1", "localhost"})
SHORTEST_SECRET = 32
"""Characters."""


class Settings(BaseModel):
    """What an operator may set; the defaults run on a laptop.

    Each field is read from the environment variable in its title, and its description stands in the README (tested).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    port: int = Field(8501, ge=1, le=65535, title="PORT", description="Port to serve on.")
    host: str = Field(
        "127.0.0.1", title="HUB_HOST", description="Address to bind; the default answers this machine only."
    )
    public_url: str = Field(
        "",
        pattern=r"^(https?://[^/\s]+)?$",
        title="HUB_PUBLIC_URL",
        description="The address visitors use, such as https://hub.example.se, without a final slash. "
        "Link previews and canonical addresses need it; with https, cookies become Secure.",
    )
    trusted_proxies: str = Field(
        "",
        title="HUB_TRUSTED_PROXIES",
        description="Addresses whose forwarding headers are believed, separated by commas. Empty: none.",
    )
    var: Path = Field(Path("var"), title="HUB_VAR", description="Folder for files made while running.")
    content: Path = Field(ROOT / "content", title="HUB_CONTENT", description="Folder with the words.")
    cookie_secret: str = Field(
        "",
        repr=False,
        title="HUB_COOKIE_SECRET",
        description="Signs cookies, and keys what a suspension is known by when its account is deleted; at least 32 "
        "characters. Empty: a new one at each start, and for the latter a file in HUB_VAR.",
    )
    database_url: str = Field(
        "",
        repr=False,
        pattern=r"^((sqlite:///|postgresql\+psycopg://).+)?$",
        title="HUB_DATABASE_URL",
        description="Where records are kept, such as postgresql+psycopg://hub:…@db/hub. Empty: SQLite in HUB_VAR.",
    )
    demo: bool = Field(
        default=False,
        title="HUB_DEMO",
        description="1: made-up people may sign in without a password, from this machine only. make run sets it.",
    )
    oidc_issuer: str = Field(
        "",
        pattern=r"^(https?://\S+)?$",
        title="HUB_OIDC_ISSUER",
        description="The login provider's address; its configuration is read from /.well-known/openid-configuration below it.",
    )
    oidc_client_id: str = Field(
        "", title="HUB_OIDC_CLIENT_ID", description="What the login provider calls this installation."
    )
    oidc_client_secret: str = Field(
        "", repr=False, title="HUB_OIDC_CLIENT_SECRET", description="The secret shared with the login provider."
    )
    oidc_roles_claim: str = Field(
        "",
        title="HUB_OIDC_ROLES_CLAIM",
        description="Name of the claim that lists roles, such as coach, moderator, administrator or editor:M. Empty: none is read.",
    )
    administrators: str = Field(
        "",
        title="HUB_ADMINISTRATORS",
        description="Subjects (sub) at the login provider that are administrators from the start, separated by commas.",
    )
    operator: str = Field("", title="HUB_OPERATOR", description="Who runs this installation, shown on the about page.")
    contact: str = Field("", title="HUB_CONTACT", description="E-mail address for questions and accessibility faults.")
    data_protection_officer: str = Field(
        "",
        title="HUB_DATA_PROTECTION_OFFICER",
        description="How to reach the operator's data protection officer, shown where personal data are described.",
    )
    public_records: str = Field(
        "",
        pattern="^(yes|no)?$",
        title="HUB_PUBLIC_RECORDS",
        description="Whether Swedish public-records law applies to the operator: yes or no. Empty: not stated.",
    )
    disposal: str = Field(
        "",
        pattern=r"^([a-z]+=[^;]+(;\s*[a-z]+=[^;]+)*)?$",
        title="HUB_DISPOSAL",
        description="The operator's disposal decision per kind of data, such as draft=RS 2026/12; session=RS 2026/12. "
        "Where public-records law applies, only kinds named here are ever disposed of.",
    )
    retention: str = Field(
        "",
        pattern=r"^([a-z]+=[0-9]{1,4}(,\s*[a-z]+=[0-9]{1,4})*)?$",
        title="HUB_RETENTION",
        description="Days that kinds of data are kept, where the default is not wanted, such as draft=14, audit=730.",
    )
    limit_factor: float = Field(
        1.0,
        gt=0,
        le=1_000,
        title="HUB_LIMIT_FACTOR",
        description="Widens how often one visitor may do something in a minute, such as 5 where many share one address.",
    )
    stun_urls: str = Field(
        "",
        pattern=r"^(stuns?:[^\s,?]+(\s*,\s*stuns?:[^\s,?]+)*)?$",
        title="HUB_STUN_URLS",
        description="STUN servers of your own for calls, separated by commas, such as stun:turn.example.se:3478. "
        "Empty: none is asked, and never anybody else's.",
    )
    turn_urls: str = Field(
        "",
        pattern=r"^(turns?:[^\s,?]+(\?transport=(udp|tcp))?(\s*,\s*turns?:[^\s,?]+(\?transport=(udp|tcp))?)*)?$",
        title="HUB_TURN_URLS",
        description="TURN servers of your own, for networks that let no calls through, separated by commas, such as "
        "turns:turn.example.se:443?transport=tcp. Needs HUB_TURN_SECRET.",
    )
    turn_secret: str = Field(
        "",
        repr=False,
        title="HUB_TURN_SECRET",
        description="The secret shared with the TURN servers (coturn's static-auth-secret); at least 32 characters. "
        "Visitors get credentials that last an hour, never the secret.",
    )
    smtp_host: str = Field(
        "",
        pattern=r"^[^\s/]*$",
        title="HUB_SMTP_HOST",
        description="The mail server that takes the weekly letters, such as smtp.example.se. Empty: no e-mail is sent. "
        "Needs HUB_SMTP_FROM and HUB_PUBLIC_URL.",
    )
    smtp_port: int = Field(587, ge=1, le=65535, title="HUB_SMTP_PORT", description="Its port.")
    smtp_security: str = Field(
        "starttls",
        pattern="^(starttls|tls|none)$",
        title="HUB_SMTP_SECURITY",
        description="How the connection to it is kept secret: starttls, tls (from the first byte, often port 465), or none "
        "for a server on the same machine.",
    )
    smtp_user: str = Field(
        "", title="HUB_SMTP_USER", description="Whom to sign in to it as. Empty: without signing in."
    )
    smtp_password: str = Field(
        "", repr=False, title="HUB_SMTP_PASSWORD", description="The password that belongs to HUB_SMTP_USER."
    )
    smtp_from: str = Field(
        "",
        pattern=r"^([A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+)?$",
        title="HUB_SMTP_FROM",
        description="The address the letters come from, such as forum@hub.example.se.",
    )
    log_level: str = Field(
        "info", pattern="^(debug|info|warning|error)$", title="HUB_LOG_LEVEL", description="What is logged."
    )

    def loopback(self) -> bool:
        """Tell whether only this machine is answered."""
        return self.host in _THIS_MACHINE

    def reachable(self) -> bool:
        """Tell whether others than this machine can reach the hub, as far as the settings say."""
        public = urlsplit(self.public_url).hostname
        return not self.loopback() or public not in {None, *_THIS_MACHINE}

    def with_provider(self) -> bool:
        """Tell whether there is a login provider to sign in with."""
        return bool(self.oidc_issuer and self.oidc_client_id)

    def readers_may_create(self) -> bool:
        """Tell whether somebody who has not signed in may begin a plan: not where strangers come and nobody can sign in."""
        return self.with_provider() or not self.reachable()

    def database(self) -> str:
        """Return the address of the database."""
        return self.database_url or f"sqlite:///{self.var.absolute() / 'hub.sqlite'}"


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Read the settings from an environment.

    Raises:
        ContentError: a variable holds something that cannot be used; the text names it.
    """
    given = {
        name: environ[str(field.title)]
        for name, field in Settings.model_fields.items()
        if environ.get(str(field.title), "").strip()
    }
    try:
        settings = Settings.model_validate(given)
    except ValidationError as cause:
        first = cause.errors()[0]
        variable = Settings.model_fields[str(first["loc"][0])].title
        raise ContentError("environment", str(variable), first["msg"]) from None
    if settings.cookie_secret and len(settings.cookie_secret) < SHORTEST_SECRET:
        raise ContentError("environment", "HUB_COOKIE_SECRET", "at least 32 characters are needed")
    if bool(settings.turn_urls) != bool(settings.turn_secret):
        raise ContentError("environment", "HUB_TURN_SECRET", "stands together with HUB_TURN_URLS")
    if settings.turn_secret and len(settings.turn_secret) < SHORTEST_SECRET:
        raise ContentError("environment", "HUB_TURN_SECRET", "at least 32 characters are needed")
    _check_mail(settings)
    return settings


def _check_mail(settings: Settings) -> None:
    if settings.smtp_host and not settings.smtp_from:
        raise ContentError("environment", "HUB_SMTP_FROM", "stands together with HUB_SMTP_HOST")
    if settings.smtp_host and not settings.public_url:
        raise ContentError("environment", "HUB_PUBLIC_URL", "is needed for the links in e-mail, with HUB_SMTP_HOST")
    if bool(settings.smtp_user) != bool(settings.smtp_password):
        raise ContentError("environment", "HUB_SMTP_PASSWORD", "stands together with HUB_SMTP_USER")
    if settings.smtp_password and settings.smtp_security == "none" and settings.smtp_host not in _THIS_MACHINE:
        raise ContentError("environment", "HUB_SMTP_SECURITY", "a password is sent over starttls or tls only")
