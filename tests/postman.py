"""A real mail server on loopback, which keeps what it takes and refuses what a test tells it to."""

import datetime as dt
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Postman:
    """Takes letters."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.to: list[str] = []
        self.secret: list[bool] = []
        """Whether each came by a line nobody else can read."""
        self.refuses: dict[str, str] = {}
        """By address, what is answered to it."""
        self.answers = "250 OK"
        """To the letter itself."""
        self.on_letter: Callable[[], None] = lambda: None
        self.port = 0

    async def handle_RCPT(self, _server: SMTP, _session: Session, envelope: Envelope, to: str, _options) -> str:  # noqa: N802
        if to in self.refuses:
            return self.refuses[to]
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.answers.startswith("250"):
            self.letters.append(message_from_bytes(envelope.content, policy=default))
            self.raw.append(envelope.content)
            self.to += envelope.rcpt_tos
            self.secret.append(session.ssl is not None)
        self.on_letter()
        return self.answers

    def plain(self, number: int = -1) -> str:
        return self.letters[number].get_body(("plain",)).get_content()

    def html(self, number: int = -1) -> str:
        return self.letters[number].get_body(("html",)).get_content()

    def link(self, path: str, number: int = -1) -> str:
        """Return the address of the hub in a letter that begins so."""
        found = next(word for word in self.plain(number).split() if path in word)
        return found[found.index(path) :]


def knows(_server, _session, _envelope, _mechanism, given: LoginPassword) -> AuthResult:
    # Not handled: the server itself answers whoever is not let in, where it would else say nothing.
    return AuthResult(success=(given.login, given.password) == (b"hub", b"hemligt"), handled=False)


@contextmanager
def running(*, certificate: Path | None = None, sign_in: bool = False) -> Iterator[Postman]:
    """Run a server for a while, with STARTTLS where it has a certificate."""
    postman, more = Postman(), {}
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        more = {"tls_context": context, "require_starttls": True}
    if sign_in:
        more |= {"authenticator": knows, "auth_required": True}
    controller = Controller(postman, hostname="127.0.0.1", port=0, **more)
    # Asked of the system, so that servers of two runs do not meet; the controller itself would not tell.
    controller.port = free_port()
    controller.start()
    postman.port = controller.port
    try:
        yield postman
    finally:
        controller.stop()


class _HangingUp(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        for line in self.rfile:
            self.wfile.write(b"354 go on\r\n" if line.upper().startswith(b"DATA") else b"250 OK\r\n")
            if line.upper().startswith(b"DATA"):
                while self.rfile.readline() != b".\r\n":
                    pass
                return


@contextmanager
def hanging_up() -> Iterator[int]:
    """Run a server that takes a letter whole and then hangs up without a word; its port."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _HangingUp) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


def free_port() -> int:
    """Return a port that nothing listened to a moment ago."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def certificate_for(name: str, folder: Path) -> Path:
    """Make a certificate and its key in one file, which vouches for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file
