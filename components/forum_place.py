"""The same talk in place: what members say of the very thing that a page shows, and the way back to it.

A thread stands beside something by an id such as ``level:hop-out``, that means the same to everybody. Of an item in
somebody's plan it names what the item came from, or the stage it belongs to, never the plan: the thread is read by all
members, the plan by its own readers, and the talk is the same beside everybody's plan.
"""

from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from html import escape

from components.forum import cut, reader, replies_words, thread_way
from components.session import hub, language
from components.words import _, day, number
from hub.errors import NotFound, Unavailable
from hub.forum.place_store import Talk
from hub.handover import item_subject, item_subjects
from hub.html import address
from hub.identity.rules import Action, allowed
from hub.language import Language
from hub.plan.items import Item

_LONGEST = 90
"""Characters of what a thread stands beside that are shown."""


def talk(about: str, title: str, *, heading: str = "h2") -> str:
    """Return the threads beside something, with the ways to ask and to all of them; to others than members one line.

    Args:
        about: what it is, such as ``level:hop-out``.
        title: what it is called, for those who hear links one by one.
        heading: the element of the heading.
    """
    head = f"<{heading} id='samtal'>{escape(_('What members say about this'))}</{heading}>"
    by = reader()
    if not allowed(by, Action.FORUM_READ):
        return f"{head}{_closed()}"
    try:
        talks = hub().places.beside(by, about)
    except Unavailable:
        return (
            f"{head}<p class='hub-muted'>{escape(_('The forum does not answer just now. Try again in a moment.'))}</p>"
        )
    of = f"<span class='hub-unseen'>: {escape(title)}</span>"
    rows = "".join(_row(one) for one in talks)
    said = (
        f"<ul class='hub-brief'>{rows}</ul>" if rows else f"<p>{escape(_('Nobody has asked or told of this yet.'))}</p>"
    )
    every = (
        f"<a class='hub-link' href='{address('/forum', om=about)}'>{escape(_('See all threads about this'))}{of}</a>"
        if talks
        else ""
    )
    return (
        f"{head}{said}<p class='hub-talk-ways'><a class='hub-link' href='{address('/forum', ny='fraga', om=about)}'>{escape(_('Ask about this'))}{of}</a> "
        f"<a class='hub-link' href='{address('/forum', ny='trad', om=about)}'>{escape(_('Tell about this'))}{of}</a> {every}</p>"
    )


def _closed() -> str:
    return (
        f"<p>{escape(_('Members ask each other about this in the forum, and tell what they have tried.'))} "
        f"<a class='hub-link' href='/forum'>{escape(_('About the forum'))}</a></p>"
    )


def _row(one: Talk) -> str:
    mark = ""
    if one.question:
        mark = f" <span class='hub-tag'>{escape(_('Answered') if one.answered else _('Question'))}</span>"
    return (
        f"<li><a href='{escape(thread_way(one.id))}' lang='sv'>{escape(one.title)}</a>{mark} "
        f"<span class='hub-muted'>{escape(f'{replies_words(one.replies)} · {day(one.activity_at)}')}</span></li>"
    )


def talk_beside_each(kind: str, names: Mapping[str, str]) -> Mapping[str, str]:
    """Return a link to the talk beside each of many things, by name: how many threads there are, or the way to begin.

    Args:
        kind: what they are, such as ``requirement``.
        names: what each is called, by its id.

    Returns:
        Nothing for those who may not read the forum, and while it does not answer.
    """
    by = reader()
    if not allowed(by, Action.FORUM_READ):
        return {}
    try:
        counts = hub().places.counts(by, [f"{kind}:{id_}" for id_ in names])
    except Unavailable:
        return {}
    return {id_: _short_link(f"{kind}:{id_}", counts.get(f"{kind}:{id_}", 0), name) for id_, name in names.items()}


def _short_link(about: str, count: int, name: str) -> str:
    of = f"<span class='hub-unseen'>: {escape(name)}</span>"
    if not count:
        return f"<a class='hub-link' href='{address('/forum', ny='fraga', om=about)}'>{escape(_('Ask in the forum'))}{of}</a>"
    said = _("1 thread in the forum") if count == 1 else _("{count} threads in the forum").format(count=number(count))
    return f"<a class='hub-link' href='{address('/forum', om=about)}'>{escape(said)}{of}</a>"


# --- The way back ----------------------------------------------------------------------------------------------------


def concerns(about: str) -> str:
    """Return a line that says what a thread stands beside, with the way there; nothing for one that stands alone."""
    words, to = place_of(about)
    if not words:
        return ""
    return f"<p class='hub-concerns'>{escape(_('Concerns'))}: <a href='{escape(to)}'>{escape(words)}</a></p>"


def place_of(about: str) -> tuple[str, str]:
    """Return what a thread stands beside, in words that follow on "Concerns:", and its address; both empty if it is gone."""
    return _place_of(about, language(), hub().version)


@lru_cache(maxsize=512)
def _place_of(about: str, language: Language, _version: str) -> tuple[str, str]:
    kind, _colon, name = about.partition(":")
    makers = {
        "level": _level, "requirement": _requirement, "chart": _chart, "plan-item": _plan_item, "article": _article,
    }  # fmt: skip
    return makers[kind](name, language) if kind in makers else ("", "")


def _level(name: str, language: Language) -> tuple[str, str]:
    if name not in hub().levels:
        return "", ""
    return _("the level {name}").format(name=hub().levels[name][language].name), f"/nivaer?niva={name}"


def _requirement(name: str, language: Language) -> tuple[str, str]:
    words = hub().requirements.words[language].requirements.get(name)
    return (
        (_("the requirement “{text}”").format(text=cut(words.text, _LONGEST)), f"/krav#krav-{name}")
        if words
        else ("", "")
    )


def _chart(name: str, language: Language) -> tuple[str, str]:
    kind, _dot, id_ = name.partition(".")
    with suppress(NotFound):
        if kind == "series" and id_:
            title = hub().mart.one_series(id_).title[language]
            return _("the number “{text}”").format(text=cut(title, _LONGEST)), f"/mognad?del=sedan&serie={id_}"
        text = hub().mart.statement(name).text[language]
        return _("the statement “{text}”").format(text=cut(text, _LONGEST)), f"/mognad?uttalande={name}"
    return "", ""


def _plan_item(name: str, language: Language) -> tuple[str, str]:
    text = item_subjects(hub(), language).get(name)
    if text is None:
        return "", ""
    if name.startswith("stage."):
        return _("the stage {name} of a plan").format(name=text), "/plan"
    return _("an item of a plan: “{text}”").format(text=cut(text, _LONGEST)), "/plan"


def _article(name: str, language: Language) -> tuple[str, str]:
    found = [one for one in hub().articles if one.slug == name]
    if not found:
        return "", ""
    article = next((one for one in found if one.language == language), found[0])
    return _("the article “{text}”").format(text=cut(article.title, _LONGEST)), f"/kunskap/{name}"


# --- Items of plans --------------------------------------------------------------------------------------------------


def about_item(item: Item, language: Language) -> str:
    """Return what is talked about beside an item of a plan; empty where there is nothing that others share.

    Args:
        item: of the plan.
        language: that of the plan.
    """
    subject = item_subject(hub(), item.origin, item.stage, language)
    return f"plan-item:{subject}" if subject else ""
