"""How an error looks to a visitor: what happened, and what to do next."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from html import escape

import streamlit as st
import structlog
from streamlit.delta_generator import DeltaGenerator

from components.session import renew
from components.words import _, moment, number
from hub.errors import NotFound, Rejected, Unavailable
from hub.reference import new_reference

log = structlog.get_logger(__name__)


def summary(heading: str, sentences: Sequence[str], field: str = "") -> None:
    """Show what is wrong on top of the page; the page's script moves the focus here.

    Args:
        heading: one line.
        sentences: what is wrong, one sentence each, and what to do.
        field: id of the field that the first sentence leads to.
    """
    items = "".join(
        f"<li>{f'<a href=#{escape(field)}>{escape(text)}</a>' if field and not place else escape(text)}</li>"
        for place, text in enumerate(sentences)
    )
    st.html(f"<div class='hub-problem' role='alert' tabindex='-1'><h2>{escape(heading)}</h2><ul>{items}</ul></div>")


def sentence(error: NotFound | Rejected | Unavailable) -> str:
    """Say what a visitor can mend, and how."""
    if isinstance(error, Unavailable):
        return _("Nothing has been saved. What you wrote is still here; try again in a moment.")
    if isinstance(error, NotFound):
        return _("It is no longer there. Somebody may have removed it; look in the history.")
    facts = error.facts
    most = number(float(str(facts.get("most", 0))))
    sentences = {
        "empty": _("Write something first."),
        "too-long": _("The text is too long: at most {most} characters fit.").format(most=most),
        "text": _("The text holds an invisible character that cannot be kept. Write that place anew."),
        "too-many-items": _("There is no room for more: a plan holds at most {most} items.").format(most=most),
        "too-many-comments": _("There is no room for more: a plan holds at most {most} comments.").format(most=most),
        "unknown-stage": _("Choose one of the seven stages."),
        "not-a-date": _("Write the date as year, month and day, such as 2027-01-31."),
        "changed-meanwhile": _("Somebody else has changed this meanwhile. Nothing of theirs has been overwritten."),
        "cannot-undo": _("This change has already been taken back, or cannot be."),
        "claimed": _("The plan is already kept for another region."),
        "name-missing": _("Write your name."),
        "region-unknown": _("Choose a region in the list, or that you belong to none."),
        "organisation-missing": _("Choose a region, or write which organisation you belong to."),
        "role-missing": _("Write your role in your own words, since that is what others are to see."),
        "shown-missing": _("Choose what others see of you."),
        "consent-missing": _("Read the rules and tick the box that you accept them."),
        "profile-changed": _(
            "Your account was changed in another window meanwhile. Look at what stands here, and save once more."
        ),
        "texts-missing": _("Choose what is to become of your comments."),
        "role-unknown": _("Choose a role in the list."),
        "region-needed": _("Choose the region that the editor speaks for."),
        "already-granted": _("This person has that role already."),
        "one-region": _("An editor speaks for one region only. Take back the role for the other region first."),
        "last-administrator": _("This is the only administrator. Give somebody else the role first."),
        "read-only": _("On this installation only those who have signed in may begin something. Links still work."),
        "nothing-chosen": _("Choose at least one."),
        "no-plan-link": _(
            "Paste the whole link of the plan, the one for editing. You find it under Share in the plan."
        ),
        "routes-missing": _("Tick at least one way."),
        "stage-missing": _("Choose a stage in the list."),
        "not-a-year": _("Write the year with four digits, between {first} and {last}.").format(
            first=facts.get("first", ""), last=facts.get("last", "")
        ),
        "no-https": _("Write the whole address of a public page, beginning with https://"),
        "too-many-corrections": _(
            "There is no room for more: a region has at most {most} statements. Withdraw some first."
        ).format(most=most),
        "round-closed": _("The round has closed, so nothing more can be changed in it."),
        "round-coming": _("The round has not opened yet."),
        "submitted": _("The region’s answer has been handed in. Open it again first, in the overview."),
        "incomplete": _("The region’s answer to 1 statement is missing. Settle on it first.")
        if facts.get("missing") == 1
        else _("The region’s answers to {count} statements are missing. Settle on them first.").format(
            count=facts.get("missing", "")
        ),
        "too-many-colleagues": _("At most {most} people can answer for one region, and so many have.").format(
            most=most
        ),
        "unknown-choice": _("That cannot be chosen. Load the page again and choose once more."),
        "unknown-visibility": _("Choose who may see the region’s answers."),
        "ends-too-early": _("The last day must not lie before the first, nor have passed already."),
        "identity-number": _(
            "There is a personal identity number or coordination number in the text: {places}. Take it away; nothing has been kept."
        ).format(places=_places(facts)),
        "look-again": _(
            "This may point out a person: {places}. Take it away, or send once more if it may stand there."
        ).format(places=_places(facts)),
        "no-region": _(
            "Your profile names no region, so there is no size to show. Choose a region in your account first."
        ),
        "locked": _("The thread is closed, so nothing more can be written or changed in it."),
        "has-replies": _(
            "Others have replied, so the thread cannot be taken back. Change your text instead, or ask a moderator."
        ),
        "too-many-posts": _(
            "The thread is full: at most {most} posts fit. Begin a new thread and link to this one."
        ).format(most=most),
        "no-question": _("Only a reply to a question can be accepted as its answer."),
        "unknown-category": _("Choose a category in the list."),
        "unknown-tag": _("One of the tags does not exist any more. Choose among those in the list."),
        "too-many-tags": _("Choose at most {most} tags.").format(most=most),
        "unknown-place": _("What the thread is to stand beside does not exist. Begin from that page once more."),
        "unknown-level": _("Choose a level in the list, or another way."),
        "unknown-year": _("Write the year with four digits, between {first} and {last}.").format(
            first=facts.get("first", ""), last=facts.get("last", "")
        ),
        "no-mail-here": _("This hub sends no e-mail: whoever runs it has named no mail server."),
        "no-mail-address": _("Write one e-mail address, such as name@region.example.se."),
        "too-many-letters": _("Letters with a link have been sent {most} times today. Try again tomorrow.").format(
            most=most
        ),
        "mail-refused": _("The mail server does not take that address. Look at its spelling."),
        "mail-away": _("The mail server does not answer just now, so no letter was sent. Try again in a while."),
        "suspended": _suspended(facts),
        "done-already": _(
            "That has been done already, perhaps by somebody else who moderates. Look at how it stands now."
        ),
        "settled-meanwhile": _(
            "Somebody else who moderates has answered the report meanwhile. Nothing of yours was done."
        ),
        "hidden": _("The post is hidden. Show it again first."),
        "same-category": _("The thread stands there already. Choose another category."),
        "unknown-days": _("Choose for how long."),
        "nobody": _("There is no account behind the post, so nobody can be suspended."),
        "yourself": _("You cannot decide this about yourself. Ask another moderator."),
        "looks-after": _("Whoever moderates can be suspended by an administrator only."),
        "not-confirmed": _("Tick the box that you are sure."),
        "command": _("The page was too old to be sent. Load it again and send once more."),
        "too-often": _("That was many times in a short while. Try again in {seconds} seconds.").format(
            seconds=facts.get("wait_s", 60)
        ),
        "not-allowed": _("You may see this but not change it.")
        if facts.get("signed_in")
        else _("You may see this but not change it. Signing in may help."),
    }
    return sentences.get(error.code, _("This cannot be taken as it is. Look it through and try again."))


def _suspended(facts: Mapping[str, object]) -> str:
    until, reason = facts.get("until"), facts.get("reason", "")
    if isinstance(until, dt.datetime) and not reason:
        return _(
            "You cannot write in the forum until {moment}. You were suspended before you deleted your earlier account. What you wrote stays as a draft; the rules of the forum say how to answer."
        ).format(moment=moment(until))
    if isinstance(until, dt.datetime):
        return _(
            "You cannot write in the forum until {moment}. Reason: {reason} What you wrote stays as a draft; the rules of the forum say how to answer."
        ).format(moment=moment(until), reason=reason)
    return _(
        "You cannot write in the forum until further notice. Reason: {reason} What you wrote stays as a draft; the rules of the forum say how to answer."
    ).format(reason=reason)


def _places(facts: Mapping[str, object]) -> str:
    """Quote what was found in a text, each thing once."""
    found = facts.get("words", ())
    return ", ".join(f"“{one}”" for one in dict.fromkeys(found)) if isinstance(found, tuple) else ""


_PLACES = {"incomplete": "forsta-utan-svar"}
"""Where on the page a refusal is mended, for those that are mended elsewhere than in the form."""


@contextmanager
def attempt(form: str, above: DeltaGenerator) -> Iterator[None]:
    """Try a write: on success the form begins anew and what is shown is drawn again; else say why and keep it all.

    Args:
        form: the name its command was made with.
        above: where on the page the reason is put.
    """
    try:
        yield
    except (NotFound, Rejected, Unavailable) as error:
        with above:
            summary(_("This was not saved"), [sentence(error)], _PLACES.get(getattr(error, "code", ""), ""))
    else:
        renew(form)
        st.rerun(scope="fragment")


def unknown(error: Exception) -> bool:
    """Log an error nobody expected, show the visitor its reference, and keep Streamlit from showing a traceback.

    Returns:
        True, which tells Streamlit that the error has been dealt with.
    """
    if isinstance(error, NotFound | Rejected):
        summary(_("This does not exist"), [_("The address may be misspelt. Go to the start page and try from there.")])
    elif isinstance(error, Unavailable):
        summary(_("This does not answer just now"), [_("Nothing has been lost. Try again in a moment.")])
    else:
        reference = new_reference()
        log.error("page_failed", reference=reference, exc_info=error)
        summary(
            _("Something went wrong"),
            [
                _(
                    "The fault is ours and has been logged. Try again in a moment; if it remains, tell us the reference."
                ),
                f"{_('Reference:')} {reference}",
            ],
        )
    return True
