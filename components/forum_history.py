"""How a post read before it was changed, and what each change did."""

import difflib
import re
from html import escape

from components import html
from components.forum import author_words, thread_way, title_html
from components.forum_thread import not_found
from components.session import hub, name_page, visitor
from components.words import _, moment
from hub.errors import NotFound, Rejected
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


def difference(before: str, after: str) -> str:
    """Return what differs between two texts, word by word, as HTML."""
    old, new = _pieces(before), _pieces(after)
    drawn = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            drawn.append(escape("".join(old[a:b])))
            continue
        if b > a:
            drawn.append(f"<del>{escape(''.join(old[a:b]))}</del>")
        if d > c:
            drawn.append(f"<ins>{escape(''.join(new[c:d]))}</ins>")
    return f"<div class='hub-difference'>{''.join(drawn)}</div>"


_MOST_WORDS = 4_000


def _pieces(text: str) -> list[str]:
    """Cut a text into words with what follows them; a long one into lines, since comparing grows with the square."""
    words = re.findall(r"\S+\s*|\s+", text)
    return words if len(words) <= _MOST_WORDS else text.splitlines(keepends=True)
