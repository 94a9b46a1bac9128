"""The page around the app: our own document that loads Streamlit's scripts, with header, footer and a strict CSP."""

import base64
import hashlib
import re
from dataclasses import dataclass

from hub.errors import ContentError

_TAG = re.compile(r"<(?:script|link)\b[^>]*>(?:\s*</script>)?", re.IGNORECASE)
_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)


@dataclass(frozen=True)
class Streamlit:
    """What the app needs in its page: tags for the head, and the one script that stands in the page itself."""

    head: str
    inline: str

    @property
    def inline_hash(self) -> str:
        """The inline script as a CSP source."""
        digest = hashlib.sha256(self.inline.encode()).digest()
        return f"'sha256-{base64.b64encode(digest).decode()}'"


def take_apart(index: str) -> Streamlit:
    """Take what the app needs from Streamlit's index page; addresses become absolute, so any path may serve it.

    Raises:
        ContentError: the page no longer looks as it did, so an upgrade of Streamlit needs a look.
    """
    inline = _INLINE.findall(index)
    wanted = [
        tag.replace('="./', '="/')
        for tag in _TAG.findall(index)
        if 'rel="modulepreload"' in tag or 'rel="stylesheet"' in tag or 'type="module"' in tag
    ]
    if len(inline) != 1 or sum('type="module"' in tag for tag in wanted) != 1:
        raise ContentError("Streamlit's index.html", "script", "not one inline and one module script")
    return Streamlit("\n    ".join(wanted), inline[0])


def content_security_policy(streamlit: Streamlit) -> str:
    """Return the policy for every answer: nothing from other hosts, no inline script but Streamlit's own."""
    return "; ".join(
        (
            "default-src 'self'",
            # wasm and blob: Streamlit's table and inline components need them (measured).
            f"script-src 'self' 'wasm-unsafe-eval' blob: {streamlit.inline_hash}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "media-src 'self' blob:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )
