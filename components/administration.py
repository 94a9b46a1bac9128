"""Administration: people and their roles, and the trail."""

from collections.abc import Mapping
from html import escape
from urllib.parse import urlencode

import streamlit as st

from components import html
from components.account import role_name, role_origin
from components.fields import Form, sent_form
from components.forum_moderation import done_words
from components.session import hub, language, visitor
from components.words import _, moment
from hub.audit import Trace
from hub.errors import NotFound
from hub.identity.accounts import Member
from hub.identity.rules import Grant, shown_name
from hub.identity.store import HeldRole
from hub.language import inside
from hub.visitor import Role


def refused() -> None:
    """Tell somebody who is no administrator what the page is, and what to do."""
    by = visitor()
    way = (
        f"<p>{escape(_('You are signed in as {name}. Whoever is administrator can give you the role.').format(name=by.own_name))}</p>"
        if by.signed_in
        else f"<div class='hub-actions'><a class='hub-button' href='/auth/login?next=/administration'>{escape(_('Sign in'))}</a></div>"
    )
    html.show(
        f"<h1>{escape(_('Administer the hub'))}</h1>"
        f"<p class='hub-lead'>{escape(_('Here administrators give roles and read the trail. It is not open to you.'))}</p>",
        way,
        f"<p><a href='/'>{escape(_('To the start page'))}</a></p>",
    )


def head(view: str) -> str:
    """Return the heading and the row of parts that every view begins with."""
    tabs = (("", _("People and roles")), ("rundor", _("Rounds of the survey")), ("logg", _("The trail")))
    here = " aria-current='page'"
    items = "".join(
        f"<li><a href='/administration{'?vy=' + name if name else ''}'{here if name == view else ''}>{escape(words)}</a></li>"
        for name, words in tabs
    )
    return f"<h1>{escape(_('Administer the hub'))}</h1><nav class='hub-tabs' aria-label='{escape(_('Parts of administration'))}'><ul>{items}</ul></nav>"


# --- People ----------------------------------------------------------------------------------------------------------


def people(words: str, page: str) -> None:
    """Draw the people, with a search among them."""
    number = int(page) if page.isdecimal() and len(page) < 6 else 1  # noqa: PLR2004 - nobody has a million pages
    found = hub().accounts.people(visitor(), words=words, page=number)
    rows = "".join(_row(member) for member in found.members)
    around = "".join(
        f"<a class='hub-link' href='/administration?{escape(urlencode({'sok': words, 'sida': to}))}'>{escape(text)}</a>"
        for to, text, there in ((number - 1, _("← Earlier"), number > 1), (number + 1, _("Further →"), found.more))
        if there
    )
    table = (
        f"<table class='hub-stack'><caption class='hub-unseen'>{escape(_('People and roles'))}</caption><thead><tr>"
        f"<th scope='col'>{escape(_('Name'))}</th><th scope='col'>{escape(_('Region or organisation'))}</th>"
        f"<th scope='col'>{escape(_('Roles'))}</th></tr></thead><tbody>{rows}</tbody></table>"
        if rows
        else f"<p>{escape(_('Nobody by that name has signed in.'))}</p>"
    )
    html.show(
        head(""),
        f"<form class='hub-search-page hub-actions' method='get' action='/administration' role='search'><label for='person-sok'>{escape(_('Name or organisation'))}</label>"
        f"<input type='search' id='person-sok' name='sok' value='{escape(words)}' maxlength='100' autocomplete='off'>"
        f"<button class='hub-button quiet' type='submit'>{escape(_('Search'))}</button></form>",
        table,
        f"<div class='hub-actions'>{around}</div>" if around else "",
    )


def _row(member: Member) -> str:
    profile = member.person.profile
    roles = ", ".join(role_name(one) for one in member.roles) or (
        _("Member") if member.person.rules_version else _("Has not filled in the profile")
    )
    whence = hub().regions.name(profile.region, language()) or profile.organisation
    name = profile.name or _("No name yet")
    return (
        f"<tr><th scope='row'><a href='/administration?person={escape(member.person.id)}'>{escape(name)}</a></th>"
        f"<td>{escape(whence)}</td><td>{escape(roles)}</td></tr>"
    )


# --- One of them -----------------------------------------------------------------------------------------------------


def person(person_id: str) -> None:
    """Draw one of the people, or the question whether to give or take back a role."""
    try:
        member = hub().accounts.member(visitor(), person_id)
    except NotFound:
        html.show(
            head(""),
            f"<p class='hub-lead'>{escape(_('There is nobody here by that address. The account may have been deleted.'))}</p>",
        )
        return
    wanted = st.query_params.get("ge", "")
    held = next((one for one in member.roles if one.id == st.query_params.get("ta", "")), None)
    if "fel" in st.query_params:
        for name in ("ge", "ta"):
            sent_form(name, {}, {}).complain()
    elif wanted:
        _ask_to_give(member, wanted, st.query_params.get("region", ""))
        return
    elif held:
        _ask_to_take(member, held)
        return
    _person(member)


def _name(member: Member) -> str:
    return member.person.profile.name or _("No name yet")


def _back(member: Member) -> str:
    return f"/administration?person={escape(member.person.id)}"


def _person(member: Member) -> None:
    saved = {
        "ge": _("The role has been given. It counts from the next click."),
        "ta": _("The role has been taken back. It counts from the next click."),
    }.get(st.query_params.get("sparat", ""))
    profile = member.person.profile
    seen_as = shown_name(profile, hub().regions.name(profile.region, language()))
    rows = "".join(
        f"<li><div><strong>{escape(role_name(one))}</strong><br><span class='hub-muted'>{escape(role_origin(one))}, {escape(moment(one.granted_at))}</span></div>"
        f"<a class='hub-link' href='{_back(member)}&amp;ta={escape(one.id)}'>{escape(_('Take back'))}<span class='hub-unseen'> {escape(role_name(one))}</span></a></li>"
        for one in member.roles
    )
    regions = [(region.code, region.name(language())) for region in hub().regions.regions]
    form = Form("ge", {"ge": "", "region": ""})
    html.show(
        head(""),
        f"<a class='hub-link' href='/administration'>← {escape(_('Everybody'))}</a>",
        f"<p class='note' role='status'>{escape(saved)}</p>" if saved else "",
        f"<h2>{escape(_name(member))}</h2><p>{escape(_('Others see:'))} {escape(seen_as)}</p>",
        f"<h3>{escape(_('Roles'))}</h3>",
        f"<ul class='hub-rows'>{rows}</ul>" if rows else f"<p>{escape(_('Member, and no more.'))}</p>",
        f"<h3>{escape(_('Give a role'))}</h3>",
        f"<form class='hub-form' method='get' action='/administration'><input type='hidden' name='person' value='{escape(member.person.id)}'>"
        + form.choice("ge", _("Role"), [("", _("Choose")), *_grantable()])
        + form.choice("region", _("Region, for an editor"), [("", _("None of the regions")), *regions])
        + f"<div class='hub-actions'><button class='hub-button' type='submit'>{escape(_('Go on'))}</button></div></form>",
    )


def _grantable() -> list[tuple[str, str]]:
    return [
        (Role.COACH.value, _("Coach")),
        (Role.EDITOR.value, _("Editor")),
        (Role.MODERATOR.value, _("Moderator")),
        (Role.ADMINISTRATOR.value, _("Administrator")),
    ]


def _ask_to_give(member: Member, wanted: str, region: str) -> None:
    names = dict(_grantable())
    role = names.get(wanted, wanted)
    if wanted == Role.EDITOR.value and hub().regions.name(region):
        role = _("Editor of {region}").format(region=hub().regions.name(region, language()))
    question = _("Give {name} the role {role}?").format(name=_name(member), role=role)
    _ask(member, question, _meaning(wanted), _("Give the role"), "ge", {"ge": wanted, "region": region})


def _meaning(role: str) -> str:
    return {
        Role.COACH.value: _("A coach sees the plans that ask for help, and can comment on them."),
        Role.EDITOR.value: _("An editor can change, publish and delete the plans of one region."),
        Role.MODERATOR.value: _("A moderator can hide what breaks the rules."),
        Role.ADMINISTRATOR.value: _("An administrator can give and take back every role, this one too."),
    }.get(role, "")


def _ask_to_take(member: Member, held: HeldRole) -> None:
    question = _("Take back the role {role} from {name}?").format(role=role_name(held), name=_name(member))
    meaning = (
        _("What the role gave ends with the next click.")
        if held.origin == "administrator"
        else _("It ends with the next click, but comes back at the next login, until it is taken away there as well.")
    )
    _ask(member, question, meaning, _("Take back"), "ta", {"roll": held.id})


def _ask(member: Member, question: str, meaning: str, button: str, name: str, carried: Mapping[str, str]) -> None:
    action = {"ge": "/api/administration/ge", "ta": "/api/administration/ta-tillbaka"}[name]
    html.show(
        f"<a class='hub-link' href='{_back(member)}'>← {escape(_name(member))}</a>"
        f"<h1>{escape(question)}</h1><p class='hub-lead'>{escape(meaning)}</p>",
        Form(name, {}).around(
            action,
            f"<div class='hub-actions'><button class='hub-button' type='submit'>{escape(button)}</button>"
            f"<a class='hub-link' href='{_back(member)}'>{escape(_('Cancel'))}</a></div>",
            {"person": member.person.id, **carried},
        ),
    )


# --- The trail -------------------------------------------------------------------------------------------------------


def trail(before: str) -> None:
    """Draw lines of the trail, the newest first."""
    found = hub().accounts.trail(visitor(), before=int(before) if before.isdecimal() and len(before) < 16 else 0)  # noqa: PLR2004 - digits an id has room for
    rows = "".join(_line(line, found.names) for line in found.lines)
    around = "".join(
        f"<a class='hub-link' href='/administration?vy=logg{more}'>{escape(words)}</a>"
        for more, words, there in (
            ("", _("← The newest"), bool(before)),
            (f"&amp;fore={found.next_before}", _("Older →"), bool(found.next_before)),
        )
        if there
    )
    html.show(
        head("logg"),
        f"<p class='hub-lead'>{escape(_('Who did what, and when. The trail holds no texts that people have written.'))}</p>",
        f"<table class='hub-stack hub-trail'><caption class='hub-unseen'>{escape(_('The trail'))}</caption><thead><tr>"
        f"<th scope='col'>{escape(_('When'))}</th><th scope='col'>{escape(_('Who'))}</th>"
        f"<th scope='col'>{escape(_('What'))}</th><th scope='col'>{escape(_('To what'))}</th></tr></thead><tbody>{rows}</tbody></table>"
        if rows
        else f"<p>{escape(_('Nothing older has been noted.'))}</p>",
        f"<div class='hub-actions'>{around}</div>" if around else "",
    )


def _line(line: Trace, names: Mapping[str, str]) -> str:
    words = _action(line)
    facts = (
        "" if words else ", ".join(f"{name} {value}" for name, value in line.facts.items() if value not in {"", None})
    )
    thing = _who(line.thing, names) if line.thing.startswith("person:") else line.thing
    return (
        f"<tr><td>{escape(moment(line.at))}</td><td>{escape(_who(line.by, names))}</td>"
        f"<td>{escape(words) or f'<code>{escape(line.action)}</code>'}</td>"
        f"<td>{escape(thing)} <span class='hub-muted'>{escape(facts)}</span></td></tr>"
    )


def _who(key: str, names: Mapping[str, str]) -> str:
    if key == "hub":
        return _("The hub itself")
    if not key.startswith("person:"):
        return _("Somebody who has not signed in")
    return names.get(key) or _("Former member {number}").format(number=key.removeprefix("person:")[:6])


def _action(line: Trace) -> str:
    """Say what was done; nothing for a code that has no words here."""
    role = line.facts.get("role")
    name = ""
    if isinstance(role, str) and role in set(Role):
        name = role_name(HeldRole("", Grant(Role(role), str(line.facts.get("region", ""))), "", "", line.at))
    measures = {f"forum.{what}": inside(words) for what, words in done_words().items()}
    return {
        **measures,
        "session.begin": _("signed in"),
        "session.end": _("ended a session"),
        "session.end-others": _("ended all other sessions"),
        "profile.save": _("saved the profile"),
        "account.delete": _("deleted the account"),
        "role.grant": _("gave the role {role}").format(role=name),
        "role.withdraw": _("took back the role {role}").format(role=name),
        "forum.suspend-again": _("let a suspension hold for a new account"),
        "round.begin": _("set up a round"),
        "round.close": _("kept the national figures of a round"),
        "survey.begin": _("began a region’s answer"),
        "survey.visibility": _("changed who may see a region’s answers"),
        "survey.link": _("made a new link for colleagues"),
        "survey.submit": _("handed in a region’s answer"),
        "survey.reopen": _("opened a region’s answer again"),
    }.get(line.action, "")
