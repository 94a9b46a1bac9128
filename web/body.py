"""Reading what is sent, up to a limit."""

from starlette.requests import Request

from hub.errors import Rejected


async def read_body(request: Request, most: int) -> bytes:
    """Read a body of at most so many bytes; whatever is longer is not read to its end.

    Raises:
        Rejected: ``too-large``.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise Rejected("too-large")
    return bytes(body)
