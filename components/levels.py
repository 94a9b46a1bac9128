"""The levels: compared, and one at a time."""

from functools import lru_cache
from html import escape

from components import forum_beside, forum_place, html
from components.guide import reading, words
from components.problems import summary
from components.session import hub, language, name_page
from components.words import _
from hub.html import address
from hub.language import Language
from hub.levels.content import Reader
from hub.levels.reading import READERS, LevelReading, national_html


def all_levels(unknown: str | None) -> None:
    """Draw the comparison; an address with a level that does not exist says so first."""
    if unknown:
        summary(
            _("The level does not exist"),
            [_("There is no level called “{level}”. The four that exist are below.").format(level=unknown[:40])],
        )
    html.show(_all_levels(language(), hub().version))


@lru_cache(maxsize=4)
def _all_levels(_language: Language, _version: str) -> str:
    names = words()
    cards = "".join(
        f"<section class='hub-door'><h2>{escape(content[language()].name)}</h2><p>{escape(content[language()].short)}</p>"
        f"<a class='hub-link' href='{address('/nivaer', niva=level)}'>{escape(_('Read about {level}').format(level=content[language()].name))}</a></section>"
        for level, content in hub().levels.items()
    )
    national = hub().national[language()]
    layers = "".join(
        f"<tr><th scope='row'>{escape(layer.name)}</th><td>{html.line(layer.what, notes)}</td><td>{html.line(layer.resident, notes)}</td><td>{html.line(layer.staff, notes)}</td></tr>"
        for notes in [html.notes()]
        for layer in names.layers.values()
    )
    return html.joined(
        f"<h1>{escape(_('Four ways to connect, built from four layers'))}</h1>"
        f"<p class='hub-lead'>{escape(_('The levels are not rungs on a ladder. Each is a set of layers, and layers can be combined in other ways than these four.'))}</p>",
        reading().layers_drawing(),
        f"<div class='hub-doors hub-four'>{cards}</div>",
        f"<h2>{escape(_('Compare'))}</h2>",
        reading().comparison(),
        f"<div class='hub-actions'><a class='hub-button' href='/valj'>{escape(_('Find out what fits you'))}</a></div>",
        f"<h2>{escape(_('What each layer means'))}</h2><div class='table-scroll'><table class='hub-stack'><thead><tr><th scope='col'>{escape(_('Layer'))}</th>"
        f"<th scope='col'>{escape(_('What it is'))}</th><th scope='col'>{escape(_('The resident notices'))}</th><th scope='col'>{escape(_('Staff do'))}</th></tr></thead><tbody>{layers}</tbody></table></div>",
        f"<h2>{escape(_('A side branch: national services'))}</h2><p>{escape(national.short)} <a href='{address('/nivaer', niva='national')}'>{escape(_('Read about {level}').format(level=national.name))}</a></p>",
        f"<p><a class='hub-link' href='/kunskap/ordlista'>{escape(_('Words of the field'))}</a></p>",
    )


def level(level: str, asked: str | None) -> None:
    """Draw one level: in short, or for one reader."""
    reader = next((one for one in READERS if one == asked), None)
    name = hub().levels[level][language()].name
    name_page(f"{name}, {_(READERS[reader]).lower()}" if reader else name)
    if asked and not reader:
        summary(_("The reading does not exist"), [_("This level is shown in short instead.")])
    html.show(
        f"<a class='hub-link' href='/nivaer'>← {escape(_('All levels'))}</a>",
        _level(level, reader, language(), hub().version),
        f"<div class='hub-actions'><a class='hub-button' href='/valj'>{escape(_('Find out what fits you'))}</a>"
        f"<a class='hub-link' href='{address('/prova', niva=level)}'>{escape(_('Try a visit at this level'))}</a>"
        f"<a class='hub-link' href='{address('/regioner', vag=level)}'>{escape(_('Regions that go this way'))}</a>"
        f"<a class='hub-link' href='{address('/krav', niva=level)}'>{escape(_('Requirements for this level'))}</a>"
        f"<a class='hub-link' href='/nivaer/{escape(level)}'>{escape(_('Everything on one page, for printing'))}</a></div>",
        forum_beside.of_level(level),
        forum_place.talk(f"level:{level}", name),
    )


@lru_cache(maxsize=64)
def _level(level: str, reader: Reader | None, language: Language, _version: str) -> str:
    writer = LevelReading(hub().levels[level][language], hub().catalogue, language, hub().sources[language])
    return hub().glossing[language].mark(writer.reading(reader) if reader else writer.overview())


def national() -> None:
    """Draw the branch of national services."""
    name_page(hub().national[language()].name)
    html.show(
        f"<a class='hub-link' href='/nivaer'>← {escape(_('All levels'))}</a>",
        national_html(hub().national[language()], hub().catalogue, language(), hub().sources[language()]),
    )
