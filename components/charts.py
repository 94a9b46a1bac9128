"""The frame around every chart: its message, the drawing or the table, where it comes from, and files of it."""

from dataclasses import dataclass
from html import escape

import streamlit as st

from components.words import _
from hub.html import figure


@dataclass(frozen=True)
class Table:
    """What a chart says, in rows of plain text. The first cell of a row is its head."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Chart:
    """A chart and everything that goes with it."""

    id: str
    """Names its place on the page and its files."""
    title: str
    """Its one message, which is its alternative text too."""
    wide: str
    narrow: str
    table: Table
    source: str
    """The source line, as HTML."""
    how: str = ""
    """How to read it, in a line."""


def asked() -> str:
    """Return the id of the chart whose table the address asks for; empty for none."""
    return str(st.query_params.get("tabell", ""))


def chart(shown: Chart, address: str, *, table: bool, level: int = 2) -> str:
    """Return a chart as a part of a page.

    Args:
        shown: what is drawn.
        address: where this view stands, with its query, escaped for an attribute and without the parameter ``tabell``.
        table: show the table in place of the drawing.
        level: of the heading.
    """
    more = "&amp;" if "?" in address else "?"
    drawing, rows = f"{address}#{shown.id}", f"{address}{more}tabell={shown.id}#{shown.id}"
    current = (" aria-current='true'", "")
    return (
        f"<section class='hub-figure' id='{shown.id}' data-shows='{'table' if table else 'chart'}' aria-labelledby='{shown.id}-title'>"
        f"<h{level} id='{shown.id}-title'>{escape(shown.title)}</h{level}>"
        + (f"<p class='hub-reading'>{escape(shown.how)}</p>" if shown.how else "")
        + f"<nav class='hub-tabs hub-figure-tabs' aria-label='{escape(_('Chart or table: {title}').format(title=shown.title))}'><ul>"
        f"<li><a href='{drawing}'{current[table]}>{escape(_('Chart'))}</a></li>"
        f"<li><a href='{rows}'{current[not table]}>{escape(_('Table'))}</a></li></ul></nav>"
        f"{figure(shown.wide, shown.narrow)}{_rows(shown)}"
        f"<p class='hub-source'>{shown.source}</p>"
        f"{saved_as('csv', 'svg', 'png')}</section>"
    )


def _rows(shown: Chart) -> str:
    head = "".join(f"<th scope='col'>{escape(name)}</th>" for name in shown.table.heads)
    body = "".join(
        f"<tr><th scope='row'>{escape(first)}</th>{''.join(f'<td>{escape(cell)}</td>' for cell in rest)}</tr>"
        for first, *rest in shown.table.rows
    )
    return (
        f"<div class='table-scroll' role='region' tabindex='0' aria-label='{escape(_('Table: {title}').format(title=shown.title))}'><table>"
        f"<caption class='hub-unseen'>{escape(shown.title)}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def saved_as(*forms: str) -> str:
    """Return the buttons that save what is shown, for an element with an id and the class ``hub-figure`` or ``hub-saved``.

    Args:
        forms: ``csv`` for the first table in it, ``svg`` and ``png`` for a drawing.
    """
    names = {"csv": _("Save as CSV"), "svg": _("Save as SVG"), "png": _("Save as PNG")}
    items = "".join(
        f"<li><button type='button' class='hub-quiet' data-saves='{form}'>{escape(names[form])}</button></li>"
        for form in forms
    )
    return f"<ul class='hub-files'>{items}</ul>"


def kept(id_: str, table: Table) -> str:
    """Return a button that saves a table which the page shows in another form."""
    head = "".join(f"<th scope='col'>{escape(name)}</th>" for name in table.heads)
    rows = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in table.rows)
    return (
        f"<div class='hub-saved' id='{escape(id_)}'><table hidden><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        f"{saved_as('csv')}</div>"
    )


def count(low: int, high: int) -> str:
    """Return an interval as ``7–8`` or ``0``."""
    return str(low) if low == high else f"{low}–{high}"
