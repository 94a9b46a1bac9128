"""What the forum's pages have in common: its addresses, and its names in the reader's language."""

from html import escape
from urllib.parse import urlencode

from components.session import hub, language, visitor
from components.words import _, number
from hub.errors import Unavailable
from hub.forum.reading import Reading
from hub.forum.rules import Thread, page_begins
from hub.visitor import NOBODY, Visitor


def reading() -> Reading:
    """Return what writes members' texts in the reader's language."""
    return hub().forum_readings[language()]


def thread_way(thread_id: str, post: int = 1) -> str:
    """Return the address of a post in a thread, by its number; the first stands for the thread."""
    after = page_begins(post)
    query = {"trad": thread_id, **({"efter": str(after)} if after else {})}
    return f"/forum?{urlencode(query)}" + (f"#inlagg-{post}" if post > 1 else "")


def author_words(name: str) -> str:
    """Return what an author is called: a name, or words for a mark that stands in its place."""
    return reading().author(name)


def category_name(category: str) -> str:
    """Return what a category is called."""
    return reading().category(category)


def tag_name(tag: str) -> str:
    """Return what a tag is called; one that is no longer used is called by its id."""
    found = hub().forum_content.named.get(f"tag:{tag}")
    return found.name[language()] if found else tag


def title_html(thread: Thread) -> str:
    """Return a thread's title as HTML that says which language it is in."""
    return reading().title_html(thread)


def reader() -> Visitor:
    """Return who looks; what stands on pages beside the forum can be read although the database does not answer."""
    try:
        return visitor()
    except Unavailable:
        return NOBODY


def replies_words(count: int) -> str:
    """Return how many replies there are."""
    return _("1 reply") if count == 1 else _("{count} replies").format(count=number(count))


def kicker(heading: str) -> str:
    """Return the heading of a page, below the way back to the forum."""
    return f"<p class='hub-kicker'><a href='/forum'>{escape(_('Forum'))}</a></p><h1>{escape(heading)}</h1>"


def cut(text: str, most: int) -> str:
    """Return the beginning of a text, up to a whole word."""
    if len(text) <= most:
        return text
    return (text[:most].rsplit(maxsplit=1) or [""])[0] + " …"
