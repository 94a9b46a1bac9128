"""What the forum's pages have in common: its addresses, its names, and people's texts as HTML."""

from functools import lru_cache
from html import escape
from urllib.parse import urlencode

from components.session import hub, language
from components.words import _
from hub.forum import reading
from hub.forum.rules import PAGE, Post, Reaction, Thread
from hub.markdown import MAX_PEOPLE_CHARACTERS, render_people


def thread_way(thread_id: str, number: int = 1, **more: str) -> str:
    """Return the address of a post in a thread."""
    after = (number - 1) // PAGE * PAGE
    query = {"trad": thread_id, **({"efter": str(after)} if after else {}), **more}
    return f"/forum?{urlencode(query)}" + (f"#inlagg-{number}" if number > 1 else "")


def author_words(name: str) -> str:
    """Return what an author is called: a name, or words for a mark that stands in its place."""
    return reading.author(name, _)


def category_name(category: str) -> str:
    """Return what a category is called."""
    return hub().forum_content.named[f"category:{category}"].name[language()]


def tag_name(tag: str) -> str:
    """Return what a tag is called; one that is no longer used is called by its id."""
    found = hub().forum_content.named.get(f"tag:{tag}")
    return found.name[language()] if found else tag


def title_of(thread: Thread) -> str:
    """Return a thread's title in the reader's language, where it is the editors'."""
    return reading.title(thread.title, thread.seed, hub().forum_content, language())


def title_html(thread: Thread) -> str:
    """Return a thread's title as HTML that says which language it is in."""
    title = title_of(thread)
    return f"<span lang='{language() if thread.seed and title != thread.title else 'sv'}'>{escape(title)}</span>"


def text_of(thread: Thread, post: Post) -> str:
    """Return a post's text as HTML; that of the editors' question with what they had read."""
    text, sources = reading.body(post.text, post.number, thread.seed, hub().forum_content, language())
    read = [hub().sources[language()][source] for source in sources]
    lines = "".join(
        f"<li><a href='{escape(one.url)}' lang='sv'>{escape(one.title)}</a>, <span lang='sv'>{escape(one.publisher)}</span></li>"
        for one in read
    )
    told = (
        f"<p class='hub-muted'>{escape(_('What we have read:'))}</p><ul class='hub-muted'>{lines}</ul>" if read else ""
    )
    return people(text, language() if text != post.text else "sv") + told


@lru_cache(maxsize=512)
def people(text: str, lang: str = "sv") -> str:
    """Return people's text as clean HTML; members write to Swedish regions, so it is taken for Swedish."""
    return f"<div class='hub-people-text' lang='{lang}'>{render_people(text[:MAX_PEOPLE_CHARACTERS])}</div>"


def byline(name: str, at: str) -> str:
    """Return who wrote and when, as HTML."""
    return f"<strong>{escape(author_words(name))}</strong> <span class='hub-muted'>{escape(at)}</span>"


def reaction_name(kind: Reaction) -> str:
    """Return what a reaction says."""
    return {
        Reaction.TOO: _("We do this too"),
        Reaction.WORKS: _("Tried it, works"),
        Reaction.DID_NOT_WORK: _("Tried it, did not work"),
    }[kind]
