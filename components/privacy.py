"""What the hub keeps of people, for how long and under which law; and what every button says that hides something."""

from html import escape

from components import html
from components.session import hub, language
from components.words import _
from hub.html import mailto
from hub.identity.content import DataKind, PublicRecords
from hub.identity.rules import ABSOLUTE, IDLE
from hub.markdown import Footnotes

_KINDS: dict[DataKind, str] = {"profile": "person", "role": "person", "comment": "plan"}
"""What some kinds of data are called where it is settled how long they are kept."""


def law() -> PublicRecords:
    """Return whether Swedish public-records law applies here, as the operator has stated it."""
    stated: dict[str, PublicRecords] = {"yes": "applies", "no": "does_not_apply"}
    return stated.get(hub().settings.public_records, "not_stated")


def hide_note(kind: DataKind) -> str:
    """Return the sentence that stands beside every button that hides or removes something of a kind."""
    note, decision = hub().privacy[language()].hide_note[law()], hub().retention.decision(_KINDS.get(kind, kind))
    text = note.with_decision.format(decision=decision) if decision else note.without_decision
    return f"<p class='hub-muted'>{escape(text)}</p>"


def section(notes: Footnotes) -> str:
    """Return what is kept, why and how long, the visitor's rights, and the cookies, with marks on the page's numbering."""
    words, settings = hub().privacy[language()], hub().settings
    heads = (_("Kind"), _("What is kept"), _("Why"), _("Who sees it"), _("How long"), _("And then"))
    head = "".join(f"<th scope='col'>{escape(name)}</th>" for name in heads)
    rows = "".join(
        f"<tr><th scope='row'>{escape(kind.name)}</th>"
        + "".join(
            f"<td>{html.line(_filled(id_, text), notes)}</td>"
            for text in (kind.what, kind.why, kind.shown, kind.kept, kind.after)
        )
        + "</tr>"
        for id_, kind in words.kinds.items()
    )
    rights = "".join(
        f"<dt>{escape(right.name)}</dt><dd>{html.line(right.how, notes)}</dd>" for right in words.rights.values()
    )
    cookies = "".join(
        f"<li><strong>{escape(cookie.name)}.</strong> {html.line(_filled('session', cookie.what), notes)} {html.line(_filled('session', cookie.how_long), notes)}</li>"
        for cookie in words.cookies.kept
    )
    officer = settings.data_protection_officer
    reach = (
        f"<a href='{escape(mailto('', '').replace('mailto:', f'mailto:{officer}', 1))}'>{escape(officer)}</a>"
        if "@" in officer and " " not in officer
        else escape(officer or _("Not stated"))
    )
    return html.joined(
        f"<p>{html.line(words.records[law()], notes)}</p>",
        f"<p>{escape(_('Data protection officer:'))} {reach}</p>",
        f"<details><summary>{escape(_('What is kept of you, why and how long'))}</summary>"
        f"<div class='table-scroll'><table class='hub-stack'><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div></details>",
        f"<details><summary>{escape(_('Your rights'))}</summary><dl class='hub-glossary'>{rights}</dl></details>",
        f"<details><summary>{escape(_('Cookies and the browser’s own storage'))}</summary><p>{html.line(words.cookies.no_banner, notes)}</p><ul>{cookies}</ul></details>",
    )


def _filled(kind: str, text: str) -> str:
    days = ABSOLUTE.days if kind == "session" else 0
    if "{days}" in text and not days:
        days = hub().retention.days(_KINDS.get(kind, kind))  # type: ignore[call-overload]
    return text.replace("{days}", str(days)).replace("{idle_hours}", str(int(IDLE.total_seconds() // 3600)))
