"""One thread: its posts, what can be said of them, the answer, and the reply."""

from collections.abc import Iterator
from dataclasses import replace
from html import escape

import streamlit as st

from components import forum_moderation, html, live
from components.editor import Submitted, editor
from components.fields import Form, complain_of
from components.forum import author_words, category_name, reading, tag_name, thread_way, title_html
from components.forum_beside import ways_from
from components.forum_place import concerns
from components.privacy import hide_note
from components.problems import sentence, summary
from components.session import forget, hub, keep, kept, name_page, visitor
from components.words import _, moment, number
from hub.clock import utc_now
from hub.errors import NotFound, Rejected, Unavailable
from hub.forum.reading import people
from hub.forum.rules import PAGE, Post, Reaction, answer_stands, read_number
from hub.forum.service import NewText, Opened, Shown
from hub.html import address


def page(thread_id: str) -> None:
    """Draw the thread; what others say of it is seen at once, and what they write is told of."""
    after = _after()
    version = hub().topics.version(f"forum:{thread_id}")
    try:
        opened = hub().forum.open(visitor(), thread_id, after)
    except NotFound:
        not_found()
        return
    name_page(reading().title(opened.thread.title, opened.thread.seed))
    complain_of(*_FORMS, heading=_("This was not done"))
    html.show(
        forum_moderation.said(), _head(opened, after), forum_moderation.told(thread_id), forum_moderation.notice()
    )
    upto = 0 if opened.more else opened.thread.posts
    _posts(thread_id, after, upto, version, iter((opened,)))
    if around := _pages(opened, after):
        html.show(around)
    if not opened.more:
        _reply(opened)


_FORMS = frozenset({"reagera", "folj", "godta", "godta-ej", "ta", "ater"})


def _unseen(thread_id: str, post_id: str) -> dict[str, str]:
    """Return what a form about a post carries: also which page of the thread to come back to."""
    return {"trad": thread_id, "inlagg": post_id, "efter": str(_after())}


def _after() -> int:
    """Return the number of the post before those that the address asks for."""
    return read_number(st.query_params.get("efter", ""))


def not_found() -> None:
    """Tell that there is no such thread for this visitor."""
    html.show(f"<h1>{escape(_('The thread is not there'))}</h1>")
    summary(
        _("The thread is not there"),
        [
            _(
                "The link may be misspelt, or the thread may have been taken back or hidden. Look among the threads instead."
            )
        ],
    )
    html.show(f"<div class='hub-actions'><a class='hub-button' href='/forum'>{escape(_('To the forum'))}</a></div>")


# --- The head --------------------------------------------------------------------------------------------------------


def _head(opened: Opened, after: int) -> str:
    thread = opened.thread
    tags = "".join(
        f" <a class='hub-forum-tag' href='{address('/forum', tagg=tag)}'>{escape(tag_name(tag))}</a>"
        for tag in thread.tags
    )
    marks = [
        text
        for text, holds in (
            (_("Experience card"), opened.card is not None),
            (_("From the editors"), bool(thread.seed)),
            (_("Pinned"), thread.pinned),
            (_("Closed for replies"), thread.locked),
            (_("Taken back"), thread.removed_at is not None),
            (_("Hidden by a moderator"), thread.hidden_at is not None),
        )
        if holds
    ]
    drawn = "".join(map(_tag, marks))
    return html.joined(
        f"<p class='hub-kicker'><a href='/forum'>{escape(_('Forum'))}</a> · <a href='{address('/forum', kategori=thread.category)}'>{escape(category_name(thread.category))}</a>{tags}</p>",
        f"<h1>{title_html(thread)}</h1>",
        f"<p>{drawn}</p>" if drawn else "",
        _thread_tools(opened, after),
        concerns(thread.about),
        _answer(opened),
        reading().card(opened.card) if opened.card else "",
        ways_from(thread.id) if opened.card and thread.visible else "",
    )


def _thread_tools(opened: Opened, after: int) -> str:
    thread = opened.thread
    follow = Form("folj", {}).around(
        "/api/forum/folj",
        f"<button class='hub-post-tool' type='submit' id='folj' aria-pressed='{str(opened.followed).lower()}'>{escape(_('You follow the thread') if opened.followed else _('Follow the thread'))}</button>",
        {"trad": thread.id, "pa": "" if opened.followed else "1", "efter": str(after)},
        css="hub-inline", soft="stay", once=False,
    )  # fmt: skip
    plain = f"<a class='hub-post-tool' href='/forum/trad/{escape(thread.id)}'>{escape(_('Read or print'))}</a>"
    return f"<div class='hub-post-tools'>{follow}{plain}</div>"


def _answer(opened: Opened) -> str:
    thread, answer, now = opened.thread, opened.answer, utc_now()
    if answer is None:
        return ""
    ask = ""
    if opened.own or opened.may_moderate:
        unseen = _unseen(thread.id, answer.id)
        still = small("godta", _("It still holds"), unseen) if answer_stands(thread, now) == "ask" else ""
        ended = small("godta-ej", _("It no longer holds"), unseen)
        ask = f"<div class='hub-post-tools'>{still}{ended}</div>"
    return reading().answer(thread, answer, thread_way(thread.id, answer.number), now, ask)


# --- The posts -------------------------------------------------------------------------------------------------------


@st.fragment
def _posts(thread_id: str, after: int, upto: int, drawn: int, handed: Iterator[Opened]) -> None:
    """Draw the posts there were when the page was opened, as they stand now, and tell when more have come.

    Args:
        thread_id: which thread.
        after: the number of the last post of the page before.
        upto: the number of the last post there was; 0 where a later page begins after this one.
        drawn: the version of the thread's topic before the page was read.
        handed: what the page has read. It is taken once: Streamlit keeps the arguments, and when the fragment runs again
            by itself there is nothing left, so that it reads anew.
    """
    topic = f"forum:{thread_id}"
    seen = drawn
    opened = next(handed, None)
    if opened is None:
        seen = hub().topics.version(topic)
        try:
            opened = replace(hub().forum.open(visitor(), thread_id, after, upto=upto), more=not upto)
        except (NotFound, Rejected):
            st.rerun(scope="app")
        except Unavailable:
            html.show(
                f"<p class='note'>{escape(_('The posts cannot be fetched just now. Try again in a moment.'))}</p>"
            )
            live.listen(topic, drawn)
            return
    html.show(
        f"<ol class='hub-posts' start='{after + 1}'>{''.join(_post(opened, one) for one in opened.posts)}</ol>"
        if opened.posts
        else f"<p class='hub-empty'>{escape(_('There are no posts on this page.'))}</p>"
    )
    more = opened.thread.posts - upto if upto else 0
    if more > 0:
        said = (
            _("1 new reply has come.") if more == 1 else _("{count} new replies have come.").format(count=number(more))
        )
        html.show(f"<p class='note' role='status'>{escape(said)}</p>{_newer(opened, upto)}")
    live.listen(topic, seen)


def _newer(opened: Opened, upto: int) -> str:
    """Return the button that shows what has come since; being a step to another address, it leads the focus to the first of it."""
    unseen = {"trad": opened.thread.id, "efter": str(upto // PAGE * PAGE or ""), "sett": str(opened.thread.posts)}
    fields = "".join(
        f"<input type='hidden' name='{name}' value='{escape(value)}'>" for name, value in unseen.items() if value
    )
    return (
        f"<form class='hub-actions' method='get' action='/forum#inlagg-{upto + 1}'>{fields}"
        f"<button class='hub-button quiet' type='submit'>{escape(_('Show the new replies'))}</button></form>"
    )


def _post(opened: Opened, shown: Shown) -> str:
    post, thread = shown.post, opened.thread
    if not post.visible:
        return f"<li class='hub-post gone' id='inlagg-{post.number}'>{_gone(opened, shown)}{forum_moderation.tools(thread, post)}</li>"
    way = thread_way(thread.id, post.number) + ("#inlagg-1" if post.number == 1 else "")
    accepted = thread.accepted == post.id
    changed = reading().changed(post)
    if changed:
        changed = f"<a href='{address('/forum', trad=thread.id, historik=post.id)}'>{escape(changed)}</a>"
    own = _tag(_("You")) if shown.own else ""
    return (
        f"<li class='hub-post{' accepted' if accepted else ''}' id='inlagg-{post.number}' tabindex='-1'>"
        f"<p class='hub-byline'>{_name(post)}{own} <a class='hub-muted' href='{escape(way)}'>"
        f"<span class='hub-unseen'>{escape(_('Post {number},').format(number=post.number))} </span><time datetime='{post.created_at.isoformat()}'>{escape(moment(post.created_at))}</time></a><span class='hub-muted'>{changed}</span>"
        f"{_tag(_('Accepted answer')) if accepted else ''}</p>"
        f"<div class='hub-post-text' id='text-{post.number}' data-author='{escape(author_words(post.author_name))}' data-way='{escape(way)}'>{reading().text(thread, post)}</div>"
        f"{reading().note(post)}<div class='hub-post-foot'>{_tools(opened, shown)}{forum_moderation.tools(thread, post)}</div></li>"
    )


def _name(post: Post) -> str:
    return f"<strong>{escape(author_words(post.author_name))}</strong>"


def _gone(opened: Opened, shown: Shown) -> str:
    post = shown.post
    if post.removed_at is not None:
        back = (
            small("ater", _("Undo"), _unseen(opened.thread.id, post.id), id_=f"ater-{post.number}") if shown.own else ""
        )
        said = (
            _("You have taken this post back. Others do not see it.")
            if shown.own
            else _("The author has taken this post back.")
        )
        return f"<p class='hub-muted'>{escape(said)}</p>{back}"
    why = f"<p>{escape(_('Reason:'))} {escape(post.note)}</p>" if post.note else ""
    said = (
        _("A moderator has hidden this post. Only you and the moderators see it.")
        if shown.own
        else _("A moderator has hidden this post.")
    )
    text = f"<details><summary>{escape(_('Show the text'))}</summary>{people(post.text)}</details>"
    return f"<p class='hub-muted'>{_name(post)} {escape(said)}</p>{why}{text}"


def _tools(opened: Opened, shown: Shown) -> str:
    post, thread = shown.post, opened.thread
    if not thread.visible:
        back = small("ater", _("Undo"), _unseen(thread.id, post.id)) if shown.own and thread.removed_at else ""
        return f"<div class='hub-post-tools'>{back}</div>"
    quote = (
        ""
        if thread.locked or opened.more
        else f"<button type='button' class='hub-post-tool' data-quotes='{post.number}'>{escape(_('Quote'))}{_of(shown)}</button>"
    )
    more = (
        ""
        if shown.own
        else f"<a class='hub-post-tool' href='{address('/forum', trad=thread.id, anmal=post.id)}'>{escape(_('Report'))}{_of(shown)}</a>"
    )
    unseen = _unseen(thread.id, post.id)
    if shown.own and not thread.locked:
        more += f"<a class='hub-post-tool' href='{address('/forum', trad=thread.id, andra=post.id)}'>{escape(_('Change'))}{_of(shown)}</a>"
    if thread.question and post.number > 1 and thread.accepted != post.id and (opened.own or opened.may_moderate):
        more += small("godta", _("Accept as the answer"), unseen, of=_of(shown))
    return f"{_reactions(shown, thread.id)}<div class='hub-post-tools'>{quote}{more}</div>"


def _tag(words: str) -> str:
    return f" <span class='hub-tag'>{escape(words)}</span>"


def _of(shown: Shown) -> str:
    return f"<span class='hub-unseen'> {escape(_('post {number}').format(number=shown.post.number))}</span>"


def _reactions(shown: Shown, thread_id: str) -> str:
    buttons = ""
    for kind in Reaction:
        own, count = kind in shown.reactions.own, shown.reactions.counts.get(kind, 0)
        buttons += (
            f"<button class='hub-reaction' type='submit' name='sort' value='{kind.value}:{0 if own else 1}' aria-pressed='{str(own).lower()}'"
            f" id='reaktion-{shown.post.number}-{kind.value}'>{escape(reading().reaction(kind))}<span class='hub-count'> {count or ''}</span></button>"
        )
    inside = f"<div class='hub-reactions' role='group' aria-label='{escape(_('What you say of post {number}').format(number=shown.post.number))}'>{buttons}</div>"
    return Form("reagera", {}).around(
        "/api/forum/reagera", inside, _unseen(thread_id, shown.post.id), soft="stay", once=False
    )


def small(action: str, words: str, unseen: dict[str, str], *, of: str = "", id_: str = "") -> str:
    """Return a form of one small button that acts on a thread or a post."""
    name = f" id='{id_}'" if id_ else ""
    return Form(action, {}).around(
        f"/api/forum/{action}", f"<button class='hub-post-tool' type='submit'{name}>{escape(words)}{of}</button>", unseen,
        css="hub-inline", soft="page",
    )  # fmt: skip


# --- Pages and the reply ---------------------------------------------------------------------------------------------


def _pages(opened: Opened, after: int) -> str:
    thread = opened.thread
    pages, here = (thread.posts - 1) // PAGE + 1, after // PAGE + 1
    if pages == 1:
        return ""
    drawn = "".join(
        f"<a class='hub-button quiet' href='{address('/forum', trad=thread.id, efter=str((page - 1) * PAGE))}'>{escape(words)}</a>"
        for page, words in ((min(here - 1, pages), _("← Earlier posts")), (here + 1, _("Later posts →")))
        if 1 <= page <= pages
    )
    told = _("Page {number} of {count}").format(number=here, count=pages)
    return f"<nav class='hub-actions' aria-label='{escape(_('Pages of the thread'))}'>{drawn}<span class='hub-muted'>{escape(told)}</span></nav>"


def _reply(opened: Opened) -> None:
    thread = opened.thread
    if thread.locked or not thread.visible:
        said = (
            _("The thread is closed for replies.")
            if thread.locked
            else _("Nobody can reply while the thread is not shown.")
        )
        html.show(f"<p class='hub-muted'>{escape(said)}</p>")
        return
    html.show(
        f"<h2 id='svara'>{escape(_('Reply'))}</h2>"
        f"<form id='forum-svar' class='hub-form' method='dialog' data-draft='forum:{thread.id}:svar'><label class='hub-box'><input type='checkbox' id='svar-storlek' name='storlek' value='1'>"
        f"<span>{escape(_('Show only how big my region is'))}</span></label>{hide_note('post')}</form>"
    )
    sent = editor(
        "forum-svar", draft_id=f"forum:{thread.id}:svar", label=_("Your reply"), submit_label=_("Send the reply"),
        placeholder=_("What do you know, and since when?"), form="forum-svar", rows=5,
    )  # fmt: skip
    if sent:
        _send(opened, sent)


def _send(opened: Opened, sent: Submitted) -> None:
    thread = opened.thread
    mark = f"forum-mark-{thread.id}"
    text = NewText(sent.text, seen_mark=str(kept(mark, "")))
    try:
        post_id = hub().forum.reply(
            visitor(), thread.id, text, sent.command_id, as_size=sent.fields.get("storlek") == "1"
        )
        _thread, number_ = hub().forum.place(visitor(), post_id)
    except (NotFound, Rejected, Unavailable) as error:
        if isinstance(error, Rejected) and error.code == "look-again":
            keep(mark, str(error.facts["mark"]))
        sent.refused(sentence(error))
    forget(mark)
    sent.done(thread_way(thread.id, number_))
