"""Sending in a region's answers as a file. What it would change is shown on a page of its own before anything is kept."""

from html import escape

from components import survey_files
from components.html import show
from components.words import _
from hub.survey.answering import Access


def panel(access: Access) -> None:
    """Show how to take the answers out as a file and send them in again; for those who speak for the region."""
    show(html(access))


def html(access: Access) -> str:
    """Return the panel as HTML: a plain form, which needs no script."""
    says = _(
        "Take out the file, fill in the columns choice and evidence, and send it back. You see what would change before anything is kept. CSV or Excel, at most 1 MB."
    )
    return (
        f"<details class='hub-import'><summary>{escape(_('Answers as a file'))}</summary>"
        f"<p>{escape(says)}</p>{survey_files.own_links(access.round_id, access.region)}"
        "<form class='hub-form' method='post' enctype='multipart/form-data' action='/api/survey/import'>"
        f"<input type='hidden' name='runda' value='{escape(access.round_id)}'>"
        f"<input type='hidden' name='region' value='{escape(access.region)}'>"
        f"<p><label for='hub-import-file'>{escape(_('File with answers'))}</label><br>"
        "<input id='hub-import-file' class='hub-field' type='file' name='fil' accept='.csv,.xlsx' required></p>"
        f"<p><button class='hub-button' type='submit'>{escape(_('See what would change'))}</button></p></form></details>"
    )
