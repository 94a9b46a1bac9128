"""How a post read before it was changed, and what each change did."""

from functools import lru_cache
from html import escape

from components import html
from components.forum import author_words, thread_way, title_html
from components.forum_thread import not_found
from components.session import hub, name_page, visitor
from components.words import _, moment
from hub.errors import NotFound, Rejected
from hub.forum.differing import differing
from hub.forum.rules import Revision


def page(post_id: str) -> None:
    """Draw the history of a post, the last change first."""
    try:
        now = hub().forum.changing(visitor(), post_id, reading=True)
        revisions = hub().forum.history(visitor(), post_id)
    except (NotFound, Rejected):
        not_found()
        return
    name_page(_("History of a post"))
    back = thread_way(now.thread.id, now.post.number)
    after = now.post.text
    parts = []
    for one in revisions:
        parts.append(_change(one, after))
        after = one.text
    html.show(
        f"<p class='hub-kicker'><a href='{escape(back)}'>← {title_html(now.thread)}</a></p><h1>{escape(_('History of a post'))}</h1>"
        f"<p>{escape(_('What was added is underlined, and what was taken away is struck through.'))}</p>",
        "".join(parts) or f"<p class='hub-empty'>{escape(_('The post has not been changed.'))}</p>",
    )


def _change(one: Revision, after: str) -> str:
    said = _("{name} changed it {moment}").format(name=author_words(one.by_name), moment=moment(one.at))
    reason = f"<p>{escape(_('Reason:'))} {escape(one.reason)}</p>" if one.reason else ""
    title = f"<p class='hub-muted'>{escape(_('The title was:'))} {escape(one.title)}</p>" if one.title else ""
    return (
        f"<section class='hub-revision'><h2>{escape(said)}</h2>{reason}{title}{difference(one.text, after)}</section>"
    )


_DRAWN = {"same": "{}", "gone": "<del>{}</del>", "new": "<ins>{}</ins>"}


@lru_cache(maxsize=128)
def difference(before: str, after: str) -> str:
    """Return what differs between two texts, word by word, as HTML."""
    drawn = "".join(_DRAWN[kind].format(escape(text)) for kind, text in differing(before, after))
    return f"<div class='hub-difference'>{drawn}</div>"
