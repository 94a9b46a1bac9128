"""E-mail: the only module that writes letters and speaks to a mail server.

What a letter holds is handed in as words; its headers are made here, each on one line, so that nothing that people have
written can begin another. Whether a letter went is told in three ways, because only two can be tried again.
"""

import datetime as dt
import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from typing import Final

import structlog

from hub.errors import Rejected
from hub.settings import Settings

log = structlog.get_logger(__name__)

_PATIENCE_S: Final = 15.0
"""How long each answer of the server may take."""
_FROM_NAME: Final = "Vårdmöteshubben"
_LONGEST: Final = 254
_LONGEST_LOCAL: Final = 64
_LOCAL: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN: Final = re.compile(r"([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])")
_OK: Final = 250
_TAKEN: Final = frozenset({250, 251})
_SHUTTING_DOWN: Final = 421


class Refused(Exception):
    """The server does not take a letter to this address."""

    def __init__(self, code: int) -> None:
        """Remember the answer: 400 to 499 for now, 500 and above for good (RFC 5321, 4.2.1)."""
        super().__init__(f"answer {code}")
        self.code = code


class Unsent(Exception):
    """The server does not answer, or takes no letters from us; none has gone."""


class Unsure(Exception):
    """The line broke while the letter was handed over; it may have gone."""


@dataclass(frozen=True)
class Letter:
    """What is sent to one address."""

    to: str
    subject: str
    plain: str
    html: str
    end: str = ""
    """The address that ends such letters by one click (RFC 8058); none in a letter that was asked for once."""


def read_address(given: str) -> str:
    """Return an e-mail address as it is kept, its domain in the letters that mail servers know.

    Raises:
        Rejected: ``no-mail-address``.
    """
    local, _, domain = given.strip().rpartition("@")
    try:
        domain = domain.encode("idna").decode("ascii").lower() if domain else ""
    except UnicodeError:
        domain = ""
    address = f"{local}@{domain}"
    fits = len(local) <= _LONGEST_LOCAL and len(address) <= _LONGEST
    if not (fits and _LOCAL.fullmatch(local) and _DOMAIN.fullmatch(domain)):
        raise Rejected("no-mail-address", "address")
    return address


class Mail:
    """Sends letters by the operator's mail server."""

    def __init__(self, settings: Settings, *, context: ssl.SSLContext | None = None) -> None:
        """Hold the settings.

        Args:
            settings: of this installation.
            context: which certificates are believed; those that the machine believes, where none is given.
        """
        self._settings = settings
        self._context = context

    @property
    def ready(self) -> bool:
        """Whether there is a server to send by."""
        return bool(self._settings.smtp_host)

    @contextmanager
    def round(self) -> Iterator["Round"]:
        """Hold one connection for as many letters as are to be sent."""
        sending = Round(self._settings, self._context)
        try:
            yield sending
        finally:
            sending.close()

    def send(self, letter: Letter, at: dt.datetime) -> None:
        """Send one letter.

        Raises:
            Refused: the server does not take it.
            Unsent: the server does not answer.
            Unsure: it may have gone.
        """
        with self.round() as sending:
            sending.send(letter, at)


class Round:
    """Letters sent one after another."""

    def __init__(self, settings: Settings, context: ssl.SSLContext | None) -> None:
        """Begin; the connection is opened with the first letter."""
        self._settings = settings
        self._context = context
        self._server: smtplib.SMTP | None = None
        self.answers = True
        """Whether the server has answered so far; there is no use in trying on when it does not."""

    def send(self, letter: Letter, at: dt.datetime) -> None:
        """Send a letter; after a fault the next one opens a new connection.

        Raises:
            Refused: the server does not take it.
            Unsent: the server does not answer.
            Unsure: it may have gone.
        """
        try:
            self._send(letter, at)
        except Unsent:
            self.answers = False
            raise

    def _send(self, letter: Letter, at: dt.datetime) -> None:
        server = self._opened()
        text = compose(letter, self._settings.smtp_from, at)
        try:
            self._envelope(server, letter.to)
        except (OSError, smtplib.SMTPException, UnicodeError) as cause:
            self.close()
            raise Unsent(type(cause).__name__) from cause
        try:
            code, answer = server.data(text)
        except smtplib.SMTPDataError as cause:
            self.close()
            raise Refused(cause.smtp_code) from cause
        except (OSError, smtplib.SMTPException) as cause:
            self.close()
            raise Unsure(type(cause).__name__) from cause
        if code != _OK:
            log.info("letter_refused", code=code, answer=_told(answer))
            self.close()
            raise Refused(code)

    def _envelope(self, server: smtplib.SMTP, to: str) -> None:
        code, answer = server.mail(self._settings.smtp_from)
        if code != _OK:
            # That our own address is not taken is no fault of whom the letter goes to.
            log.warning("sender_refused", code=code, answer=_told(answer))
            self.close()
            raise Unsent(f"sender {code}")
        code, answer = server.rcpt(to)
        if code not in _TAKEN:
            log.info("letter_refused", code=code, answer=_told(answer))
            self.close()
            if code == _SHUTTING_DOWN:
                raise Unsent(f"answer {code}")
            raise Refused(code)

    def _opened(self) -> smtplib.SMTP:
        if self._server is None:
            try:
                self._server = self._open()
            except (OSError, smtplib.SMTPException) as cause:
                log.warning("mail_server_away", fault=type(cause).__name__)
                raise Unsent(type(cause).__name__) from cause
        return self._server

    def _open(self) -> smtplib.SMTP:
        settings = self._settings
        context = self._context or ssl.create_default_context()
        where = (settings.smtp_host, settings.smtp_port)
        if settings.smtp_security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(*where, timeout=_PATIENCE_S, context=context)
        else:
            server = smtplib.SMTP(*where, timeout=_PATIENCE_S)
        try:
            if settings.smtp_security == "starttls":
                server.starttls(context=context)
            if settings.smtp_user:
                server.login(settings.smtp_user, settings.smtp_password)
            else:
                server.ehlo_or_helo_if_needed()
        except BaseException:
            server.close()
            raise
        return server

    def close(self) -> None:
        """Say good-bye to the server, if it still listens."""
        if self._server is not None:
            with suppress(OSError, smtplib.SMTPException):
                self._server.quit()
            self._server.close()
            self._server = None


def compose(letter: Letter, sender: str, at: dt.datetime) -> bytes:
    """Return a letter as it is handed over: plain words, and the same as HTML for programs that show it."""
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(_FROM_NAME, addr_spec=sender)
    message["To"] = Address(addr_spec=letter.to)
    message["Subject"] = _line(letter.subject)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    # So that no holiday program answers it (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    if letter.end:
        message["List-Unsubscribe"] = f"<{_line(letter.end)}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(letter.plain, cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    return message.as_bytes()


def _line(text: str) -> str:
    """Return a text on one line: whatever could begin another becomes a space."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _told(answer: bytes) -> str:
    return answer[:200].decode("ascii", "replace")
