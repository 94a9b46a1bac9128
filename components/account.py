"""The account: profile, choices, sessions, own data, and leaving."""

from collections.abc import Mapping
from html import escape
from typing import Final

import streamlit as st

from components import html
from components.fields import Form, sent_form
from components.forum_moderation import suspension
from components.problems import sentence, summary
from components.session import hub, language, session_id, visitor
from components.words import _, date, moment
from hub.clock import utc_now
from hub.identity.accounts import Member
from hub.identity.rules import LONGEST, Notices, Shown, outlasts, own_path, shown_name
from hub.identity.store import HeldRole, Person, Session
from hub.visitor import Role

_FIELDS: Final[Mapping[str, str]] = {
    "name": "namn",
    "region": "region",
    "organisation": "organisation",
    "role_words": "roll",
    "shown": "visas",
    "consent": "godkann",
}


def signed_out() -> None:
    """Draw the page for somebody who has not signed in."""
    if "avslutat" in st.query_params:
        html.show(
            f"<h1>{escape(_('Your account has been deleted'))}</h1>"
            f"<p class='hub-lead'>{escape(_('The hub no longer knows who you are, and every browser of yours is signed out.'))}</p>"
            f"<p><a href='/'>{escape(_('To the start page'))}</a></p>"
        )
        return
    html.show(
        f"<h1>{escape(_('My account'))}</h1>"
        f"<p class='hub-lead'>{escape(_('Sign in to see your profile, where you are signed in, and what the hub holds on you.'))}</p>"
        f"<div class='hub-actions'><a class='hub-button' href='/auth/login?next=/konto'>{escape(_('Sign in'))}</a></div>"
        f"<p>{escape(_('Everything that can be read is open to you without an account.'))}</p>"
    )


def first_time(member: Member) -> None:
    """Draw the profile to fill in before anything can be written; the visitor is a reader until then."""
    again = member.person.rules_version > 0
    form = _profile_form(member.person)
    form.complain()
    heading = _("The rules have changed") if again else _("Welcome. Tell who you are")
    lead = (
        _("Read the rules again, look through your profile and save. Until then you can read, but not write.")
        if again
        else _("Others in the hub want to know who writes. Fill in this once. Until then you can read, but not write.")
    )
    html.show(f"<h1>{escape(heading)}</h1><p class='hub-lead'>{escape(lead)}</p>")
    onward = own_path(st.query_params.get("till"))
    html.show(
        form.around(
            "/api/konto/profil",
            _profile_fields(form) + _rules(form) + _button(_("Save and go on")),
            {"version": form.values["version"], "till": onward if onward != "/" else "/konto"},
        ),
        f"<p class='hub-muted'>{escape(_('If you do not want to accept the rules:'))} <a href='/auth/logout'>{escape(_('sign out'))}</a>. {escape(_('You can still read everything.'))}</p>",
    )


def account(member: Member) -> None:
    """Draw the account."""
    profile, choices = _profile_form(member.person), _choice_form(member.person)
    for form in (profile, choices):
        form.complain()
    _complain_of("inloggningar", "uppgifter")
    saved = {
        "profil": _("Your profile has been saved."),
        "val": _("Your choices have been saved."),
        "inloggningar": _("The sessions have been ended."),
    }.get(st.query_params.get("sparat", ""))
    parts = (
        ("profil", _("Profile")),
        ("val", _("Language and notices")),
        ("roller", _("Roles")),
        ("inloggningar", _("Where you are signed in")),
        ("uppgifter", _("Your data")),
    )
    contents = "".join(f"<li><a href='#{place}'>{escape(words)}</a></li>" for place, words in parts)
    html.show(
        f"<h1>{escape(_('My account'))}</h1>",
        f"<p class='note' role='status'>{escape(saved)}</p>" if saved else "",
        f"<nav class='hub-contents' aria-label='{escape(_('On this page'))}'><ul>{contents}</ul></nav>",
        f"<h2 id='profil'>{escape(_('Profile'))}</h2>",
        f"<p>{escape(_('Others see you as:'))} <strong>{escape(shown_name(member.person.profile, hub().regions.name(member.person.profile.region)))}</strong></p>",
        profile.around(
            "/api/konto/profil",
            _profile_fields(profile) + _button(_("Save the profile")),
            {"version": profile.values["version"]},
        ),
        _accepted(member.person),
        f"<h2 id='val'>{escape(_('Language and notices'))}</h2>",
        choices.around(
            "/api/konto/val",
            _choice_fields(choices) + _button(_("Save the choices"), quiet=True),
            {"version": choices.values["version"]},
        ),
        f"<h2 id='roller'>{escape(_('Roles'))}</h2>",
        _roles(member),
        f"<h2 id='inloggningar'>{escape(_('Where you are signed in'))}</h2>",
        _sessions(),
        f"<h2 id='uppgifter'>{escape(_('Your data'))}</h2>",
        _own_data(),
    )


def leaving() -> None:
    """Ask whether to delete the account, and what is to become of what was written."""
    form = sent_form("avsluta", {"texter": "behall"}, {"texts": "texter"})
    form.complain()
    html.show(
        f"<a class='hub-link' href='/konto'>← {escape(_('Back to my account'))}</a>"
        f"<h1>{escape(_('Delete my account?'))}</h1>"
        f"<p class='hub-lead'>{escape(_('This cannot be undone. You are signed out everywhere.'))}</p>",
        f"<ul><li>{escape(_('Your profile, your roles and your drafts go.'))}</li>"
        f"<li>{escape(_('Plans that you keep stay for those who have a link to them, but are nobody’s.'))}</li>"
        f"<li>{escape(_('What others have written stays.'))}</li>"
        f"<li>{escape(_('The trail keeps what was done, by a number and not by your name.'))}</li></ul>",
        _suspended(),
        form.around(
            "/api/konto/avsluta",
            form.radios(
                "texter",
                _("What is to become of your comments?"),
                (
                    (
                        "behall",
                        _("Let them stay, signed “Former member”"),
                        _("What others have answered can still be understood."),
                    ),
                    ("tom", _("Empty them"), _("Others see that a comment has been there, but not what it said.")),
                ),
            )
            + "<div class='hub-actions'>"
            + f"<button class='hub-button hub-danger' type='submit'>{escape(_('Delete my account'))}</button>"
            + f"<a class='hub-link' href='/konto'>{escape(_('Cancel'))}</a></div>",
            {},
        ),
    )


def _suspended() -> str:
    """Say what is left of somebody who may not write in the forum; empty for others."""
    held = suspension()
    if held is None:
        return ""
    until = outlasts(held.until, utc_now())
    words = _(
        "You are suspended from writing in the forum. That holds for a new account too, until {moment}. Until then we keep that moment and a check value of your login, which does not say who you are. Then both are deleted."
    ).format(moment=moment(until))
    if held.until is None:
        words += " " + _("Your suspension has no end, so we keep the check value for two years from today.")
    return f"<p class='note'>{escape(words)}</p>"


# --- The profile -----------------------------------------------------------------------------------------------------


def _profile_form(person: Person) -> Form:
    profile = person.profile
    return sent_form(
        "profil",
        {
            "namn": profile.name,
            "region": profile.region,
            "organisation": profile.organisation,
            "roll": profile.role_words,
            "visas": profile.shown.value,
            "godkann": "",
            "version": str(person.version),
        },
        _FIELDS,
    )


def _profile_fields(form: Form) -> str:
    regions = [(region.code, region.name(language())) for region in hub().regions.regions]
    return (
        form.text("namn", _("Name"), most=LONGEST["name"], autocomplete="name")
        + form.choice("region", _("Region"), [("", _("None of the regions")), *regions])
        + form.text(
            "organisation",
            _("Organisation"),
            most=LONGEST["organisation"],
            help_text=_("Needed if you belong to none of the regions."),
            autocomplete="organization",
        )
        + form.text(
            "roll",
            _("Your role, in your own words"),
            most=LONGEST["role_words"],
            help_text=_("For example: leads the work on video visits."),
            autocomplete="organization-title",
        )
        + form.radios(
            "visas",
            _("What others see"),
            (
                (Shown.NAME.value, _("Name, and region or organisation"), ""),
                (Shown.REGION.value, _("Region or organisation only"), _("Somebody in your region wrote it.")),
                (Shown.ROLE.value, _("Role only"), _("The words for your role above, and nothing else.")),
            ),
        )
    )


def _rules(form: Form) -> str:
    words = hub().privacy[language()].rules
    points = "".join(f"<li>{escape(point)}</li>" for point in words.points)
    return (
        f"<section class='hub-rules' aria-labelledby='regler'><h2 id='regler'>{escape(words.title)}</h2>"
        f"<p>{escape(words.lead)}</p><ol>{points}</ol></section>"
        + form.box("godkann", _("I have read the rules and accept them"))
    )


def _accepted(person: Person) -> str:
    words = hub().privacy[language()].rules
    points = "".join(f"<li>{escape(point)}</li>" for point in words.points)
    at = date(person.consented_at.date()) if person.consented_at else ""
    return (
        f"<details><summary>{escape(_('The rules you accepted on {date}').format(date=at))}</summary>"
        f"<h3>{escape(words.title)}</h3><ol>{points}</ol></details>"
    )


def _button(words: str, *, quiet: bool = False) -> str:
    css = "hub-button quiet" if quiet else "hub-button"
    return f"<div class='hub-actions'><button class='{css}' type='submit'>{escape(words)}</button></div>"


# --- The rest --------------------------------------------------------------------------------------------------------


def _choice_form(person: Person) -> Form:
    values = {"sprak": person.language, "notiser": person.notices, "version": str(person.version)}
    return sent_form("val", values, {})


def _choice_fields(form: Form) -> str:
    return form.choice("sprak", _("Language"), (("sv", "Svenska"), ("en", "English"))) + form.radios(
        "notiser",
        _("Notices of what happens in your plans"),
        (
            (Notices.HUB.value, _("In the hub"), _("Shown beside each plan in your list of plans.")),
            (Notices.NONE.value, _("No notices"), ""),
        ),
    )


def role_name(held: HeldRole) -> str:
    """Name a role, with the region for an editor."""
    names = {
        Role.COACH: _("Coach"),
        Role.EDITOR: _("Editor of {region}").format(region=hub().regions.name(held.grant.region, language())),
        Role.MODERATOR: _("Moderator"),
        Role.ADMINISTRATOR: _("Administrator"),
    }
    return names.get(held.grant.role, held.grant.role.value)


def role_origin(held: HeldRole) -> str:
    """Say where a role comes from."""
    return {
        "claims": _("from the login"),
        "settings": _("from the settings of the hub"),
        "administrator": _("given by an administrator"),
    }.get(held.origin, held.origin)


def _roles(member: Member) -> str:
    """List the roles; everybody who has signed in is a member."""
    held = "".join(
        f"<li>{escape(role_name(one))} <span class='hub-muted'>– {escape(role_origin(one))}, {escape(date(one.granted_at.date()))}</span></li>"
        for one in member.roles
    )
    more = (
        f"<p><a href='/administration'>{escape(_('Go to administration'))}</a></p>"
        if Role.ADMINISTRATOR in visitor().roles
        else ""
    )
    return f"<ul><li>{escape(_('Member'))}</li>{held}</ul>{more}"


def _sessions() -> str:
    form = Form("inloggningar", {})
    found = hub().accounts.sessions(visitor(), session_id())
    items = "".join(_session(form, one, this=this) for one, this in found)
    others = (
        form.around(
            "/api/konto/session",
            f"<button class='hub-button quiet' type='submit'>{escape(_('Sign out everywhere else'))}</button>",
            {},
        )
        if len(found) > 1
        else ""
    )
    out = f"<form method='post' action='/auth/logout'><button class='hub-button quiet' type='submit'>{escape(_('Sign out'))}</button></form>"
    return f"<ul class='hub-rows'>{items}</ul><div class='hub-actions'>{out}{others}</div>"


def _session(form: Form, session: Session, *, this: bool) -> str:
    device = session.device or _("Unknown browser")
    mark = f" <span class='hub-tag'>{escape(_('This one'))}</span>" if this else ""
    used = _("Last used {last}. Signed in {first}.").format(
        last=moment(session.seen_at), first=moment(session.created_at)
    )
    end = (
        ""
        if this
        else form.around(
            "/api/konto/session",
            f"<button class='hub-plainbutton' type='submit'>{escape(_('Sign out there'))}<span class='hub-unseen'> {escape(device)}, {escape(moment(session.created_at))}</span></button>",
            {"session": session.public_id},
        )
    )
    return f"<li><div><strong>{escape(device)}</strong>{mark}<br><span class='hub-muted'>{escape(used)}</span></div>{end}</li>"


def _own_data() -> str:
    return (
        f"<p>{escape(_('Take out a file with everything the hub holds on you: profile, roles, sessions, drafts, comments, plans, and what the trail says that you have done.'))}</p>"
        f"<div class='hub-actions'><a class='hub-button quiet' href='/api/konto.json' download>{escape(_('Download my data (JSON)'))}</a>"
        f"<a class='hub-link' href='/konto?del=avsluta'>{escape(_('Delete my account'))}</a></div>"
    )


def _complain_of(*names: str) -> None:
    """Say what is wrong with a form that has nothing to type in."""
    name = st.query_params.get("fel", "")
    refused = hub().held.find(visitor().key, name) if name in names else None
    if refused:
        summary(_("This was not done"), [sentence(refused.error)])
