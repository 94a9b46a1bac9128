"""The ways to a round's files: for a region, and for everybody."""

from html import escape
from urllib.parse import quote

from components.words import _


def links(round_id: str, region: str) -> str:
    """Return the links to a region's report; for whoever sees the region by name."""
    base = f"/api/survey/{quote(round_id, safe='')}/{quote(region, safe='')}/report"
    return _list(
        (f"{base}.pdf", _("The region on one page, as PDF")),
        (f"{base}.docx", _("The region on one page, as Word")),
    )


def section(round_id: str, region: str) -> str:
    """Return the links to a region's report under a heading of their own."""
    return f"<h2 id='fil'>{escape(_('The region on one page'))}</h2>{links(round_id, region)}"


def open_data() -> str:
    """Return the link to all open data."""
    return f"<p><a class='hub-link' href='/data/'>{escape(_('All open data'))}</a></p>"


def own_links(round_id: str, region: str) -> str:
    """Return the links to what a region has settled on; for those who speak for it."""
    base = f"/api/survey/{quote(round_id, safe='')}"
    own = f"{base}/{quote(region, safe='')}/answers"
    return _list(
        (f"{own}.csv", _("Your region’s answers as CSV")),
        (f"{own}.xlsx", _("Your region’s answers as Excel")),
        (f"{own}.parquet", _("Your region’s answers as Parquet")),
        (f"{base}/figures.csv", _("The round’s figures as CSV")),
        (f"{base}/codebook.md", _("What the columns mean")),
    )


def _list(*found: tuple[str, str]) -> str:
    items = "".join(f"<li><a href='{escape(address)}' download>{escape(text)}</a></li>" for address, text in found)
    return f"<ul class='hub-files'>{items}</ul>"
