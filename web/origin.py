"""Whether a request comes from our own pages: checked before every own POST and socket."""

from urllib.parse import urlsplit

from starlette.requests import HTTPConnection


def same_origin(connection: HTTPConnection, public_url: str) -> bool:
    """Tell whether the ``Origin`` header names the host that was asked.

    A browser always sends the header on sockets and on POST; whoever leaves it out is not one of our pages.
    """
    origin = urlsplit(connection.headers.get("origin", ""))
    if not origin.netloc:
        return False
    return origin.netloc in {connection.headers.get("host", ""), urlsplit(public_url).netloc}
