"""Knowledge: the articles, the glossary, and what needs a new check."""

import datetime as dt
from html import escape

from components import html
from components.session import hub, language
from components.words import _, date


def page(today: dt.date) -> None:
    """Draw the list of articles and what needs review."""
    articles = hub().articles
    items = "".join(
        f"<li><h2><a href='/kunskap/{escape(article.slug)}' lang='{article.language}'>{escape(article.title)}</a></h2>"
        f"<p lang='{article.language}'>{escape(article.lead)}</p><p class='hub-muted'>"
        f"{escape(_('Checked on {date}').format(date=date(article.checked)))}"
        f"{' – ' + escape(_('older than a year')) if article.stale(today) else ''}"
        f"{' – ' + escape(_('in Swedish only')) if article.language != language() else ''}</p></li>"
        for article in articles
    )
    stale = [article for article in articles if article.stale(today)]
    review = (
        "<ul>"
        + "".join(
            f"<li>{escape(article.title)}, {escape(article.owner)}, {escape(date(article.checked))}</li>"
            for article in stale
        )
        + "</ul>"
        if stale
        else f"<p>{escape(_('Nothing: every article has been checked within a year.'))}</p>"
    )
    html.show(
        f"<h1>{escape(_('Knowledge'))}</h1><p class='hub-lead'>{escape(_('Background to the choice, with sources. Each article says when it was last checked.'))}</p>",
        f"<ul class='hub-articles'>{items}</ul>",
        f"<h2>{escape(_('Words of the field'))}</h2><p><a class='hub-link' href='/kunskap/ordlista'>{escape(_('{count} words explained').format(count=len(hub().glossary[language()].terms)))}</a></p>",
        f"<h2 id='granska'>{escape(_('Needs a new check'))}</h2>{review}",
    )
