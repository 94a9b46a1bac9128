"""One thread: its posts, what can be said of them, the answer, and the reply."""

from dataclasses import replace
from html import escape

import streamlit as st

from components import forum_moderation, html, live
from components.editor import Submitted, editor
from components.fields import Form, complain_of
from components.forum import (
    author_words,
    byline,
    category_name,
    people,
    reaction_name,
    tag_name,
    text_of,
    thread_way,
    title_html,
    title_of,
)
from components.forum_card import card_table
from components.forum_cards import ways_from
from components.forum_place import concerns
from components.privacy import hide_note
from components.problems import sentence, summary
from components.session import forget, hub, keep, kept, name_page, visitor
from components.words import _, date, moment, number
from hub.clock import utc_now
from hub.errors import NotFound, Rejected, Unavailable
from hub.forum.rules import PAGE, Reaction, answer_stands
from hub.forum.service import NewText, Opened, Shown
from hub.html import address


def page(thread_id: str) -> None:
    """Draw the thread; what others say of it is seen at once, and what they write is told of."""
    after = read_after(st.query_params.get("efter", ""))
    version = hub().topics.version(f"forum:{thread_id}")
    try:
        opened = hub().forum.open(visitor(), thread_id, after)
    except NotFound:
        not_found()
        return
    name_page(title_of(opened.thread))
    complain_of(*_FORMS, heading=_("This was not done"))
    html.show(
        forum_moderation.said(), _head(opened, after), forum_moderation.told(thread_id), forum_moderation.notice()
    )
    upto = 0 if opened.more else opened.thread.posts
    _posts(thread_id, after, upto, version)
    if around := _pages(opened, after):
        html.show(around)
    if opened.more:
        return
    _reply(opened)


_FORMS = frozenset({"reagera", "folj", "godta", "godta-ej", "ta", "ater"})


def _unseen(thread_id: str, post_id: str) -> dict[str, str]:
    """Return what a form about a post carries: also which page of the thread to come back to."""
    return {"trad": thread_id, "inlagg": post_id, "efter": str(read_after(st.query_params.get("efter", "")))}


def read_after(given: str) -> int:
    """Return the number of the post before those asked for."""
    return int(given) if given.isascii() and given.isdigit() and len(given) < 6 else 0  # noqa: PLR2004 - digits of the most


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
    drawn = "".join(f" <span class='hub-tag'>{escape(text)}</span>" for text in marks)
    return html.joined(
        f"<p class='hub-kicker'><a href='/forum'>{escape(_('Forum'))}</a> · <a href='{address('/forum', kategori=thread.category)}'>{escape(category_name(thread.category))}</a>{tags}</p>",
        f"<h1>{title_html(thread)}</h1>",
        f"<p>{drawn}</p>" if drawn else "",
        _thread_tools(opened, after),
        concerns(thread.about),
        _answer(opened),
        card_table(opened.card) if opened.card else "",
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
    thread, answer = opened.thread, opened.answer
    standing = answer_stands(thread, utc_now())
    if answer is None or thread.accepted_at is None or standing == "none":
        return ""
    on = date(thread.accepted_at.date())
    told = (
        _("Valid as of {date}. Not confirmed since.").format(date=on)
        if standing == "ask"
        else _("Valid as of {date}").format(date=on)
    )
    ask = ""
    if opened.own or opened.may_moderate:
        unseen = _unseen(thread.id, answer.id)
        still = small("godta", _("It still holds"), unseen) if standing == "ask" else ""
        ended = small("godta-ej", _("It no longer holds"), unseen)
        ask = f"<div class='hub-post-tools'>{still}{ended}</div>"
    return (
        f"<section class='hub-accepted' aria-labelledby='svaret'><h2 id='svaret'>{escape(_('Accepted answer'))}</h2>"
        f"<p class='hub-muted'>{escape(told)} · <a href='{escape(thread_way(thread.id, answer.number))}'>{escape(_('post {number}').format(number=answer.number))}</a>, {escape(author_words(answer.author_name))}</p>"
        f"{people(answer.text)}{ask}</section>"
    )


# --- The posts -------------------------------------------------------------------------------------------------------


@st.fragment
def _posts(thread_id: str, after: int, upto: int, drawn: int) -> None:
    """Draw the posts there were when the page was opened, as they stand now, and tell when more have come."""
    topic = f"forum:{thread_id}"
    seen = hub().topics.version(topic)
    try:
        opened = replace(hub().forum.open(visitor(), thread_id, after, upto=upto), more=not upto)
    except (NotFound, Rejected):
        st.rerun(scope="app")
    except Unavailable:
        html.show(f"<p class='note'>{escape(_('The posts cannot be fetched just now. Try again in a moment.'))}</p>")
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
    way = thread_way(thread.id, post.number)
    if not post.visible:
        return f"<li class='hub-post gone' id='inlagg-{post.number}'>{_gone(opened, shown)}{forum_moderation.tools(thread, post)}</li>"
    first = post.number == 1
    accepted = thread.accepted == post.id
    changed = (
        f" · <a href='{address('/forum', trad=thread.id, historik=post.id)}'>{escape(_('changed {date}').format(date=date(post.changed_at.date())))}</a>"
        if post.changed_at
        else ""
    )
    note = (
        f"<p class='warning'><strong>{escape(_('From a moderator:'))}</strong> {escape(post.note)}</p>"
        if post.note
        else ""
    )
    own = f" <span class='hub-tag'>{escape(_('You'))}</span>" if shown.own else ""
    text = text_of(thread, post) if post.text else ""
    return (
        f"<li class='hub-post{' accepted' if accepted else ''}' id='inlagg-{post.number}' tabindex='-1'>"
        f"<p class='hub-byline'>{byline(post.author_name, '')}{own} <a class='hub-muted' href='{escape(way if not first else way + '#inlagg-1')}'>"
        f"<span class='hub-unseen'>{escape(_('Post {number},').format(number=post.number))} </span><time datetime='{post.created_at.isoformat()}'>{escape(moment(post.created_at))}</time></a><span class='hub-muted'>{changed}</span>"
        f"{_tag(_('Accepted answer')) if accepted else ''}</p>"
        f"<div class='hub-post-text' id='text-{post.number}' data-author='{escape(author_words(post.author_name))}' data-way='{escape(way if not first else way + '#inlagg-1')}'>{text}</div>"
        f"{note}<div class='hub-post-foot'>{_tools(opened, shown)}{forum_moderation.tools(thread, post)}</div></li>"
    )


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
    return f"<p class='hub-muted'>{byline(post.author_name, '')} {escape(said)}</p>{why}{text}"


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
            f" id='reaktion-{shown.post.number}-{kind.value}'>{escape(reaction_name(kind))}<span class='hub-count'> {count or ''}</span></button>"
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
    pages = (thread.posts - 1) // PAGE + 1
    around = ""
    if pages > 1:
        here = after // PAGE + 1
        links = [
            (here - 1, _("← Earlier posts")) if here > 1 else None,
            (here + 1, _("Later posts →")) if here < pages else None,
        ]
        drawn = "".join(
            f"<a class='hub-button quiet' href='{address('/forum', trad=thread.id, efter=str((one[0] - 1) * PAGE))}'>{escape(one[1])}</a>"
            for one in links
            if one
        )
        told = _("Page {number} of {count}").format(number=here, count=pages)
        around = f"<nav class='hub-actions' aria-label='{escape(_('Pages of the thread'))}'>{drawn}<span class='hub-muted'>{escape(told)}</span></nav>"
    return around


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
        f"<form id='forum-svar' class='hub-form' data-keeps='svar'><label class='hub-box'><input type='checkbox' id='svar-storlek' name='storlek' value='1'>"
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
