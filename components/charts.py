"""The frame around every chart: its message, the drawing or the table, where it comes from, and files of it."""

import base64
import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import streamlit as st

from components.words import _
from hub.html import figure

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


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
        + f"<nav class='hub-tabs hub-figure-tabs' aria-label='{escape(_('Chart or table'))}'><ul>"
        f"<li><a href='{drawing}'{current[table]}>{escape(_('Chart'))}</a></li>"
        f"<li><a href='{rows}'{current[not table]}>{escape(_('Table'))}</a></li></ul></nav>"
        f"{figure(shown.wide, shown.narrow)}{_rows(shown)}"
        f"<p class='hub-source'>{shown.source}</p>"
        f"<ul class='hub-files'><li><a class='hub-link' download='{shown.id}.csv' href='{as_csv(shown.table)}'>{escape(_('Get as CSV'))}</a></li>"
        f"<li><button type='button' class='hub-quiet' data-saves='svg'>{escape(_('Save as SVG'))}</button></li>"
        f"<li><button type='button' class='hub-quiet' data-saves='png'>{escape(_('Save as PNG'))}</button></li></ul></section>"
    )


def _rows(shown: Chart) -> str:
    head = "".join(f"<th scope='col'>{escape(name)}</th>" for name in shown.table.heads)
    body = "".join(
        f"<tr><th scope='row'>{escape(first)}</th>{''.join(f'<td>{escape(cell)}</td>' for cell in rest)}</tr>"
        for first, *rest in shown.table.rows
    )
    return (
        f"<div class='table-scroll'><table><caption class='hub-unseen'>{escape(shown.title)}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def as_csv(table: Table) -> str:
    """Return a table as the address of a CSV file, which spreadsheets open with the right letters and no formulas in it."""
    text = io.StringIO()
    written = csv.writer(text)
    written.writerows([table.heads, *([_harmless(cell) for cell in row] for row in table.rows)])
    return f"data:text/csv;charset=utf-8;base64,{base64.b64encode(text.getvalue().encode('utf-8-sig')).decode()}"


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def count(low: int, high: int) -> str:
    """Return an interval as ``7–8`` or ``0``."""
    return str(low) if low == high else f"{low}–{high}"


def joined(parts: Sequence[str]) -> str:
    """Return parts of a source line as one, with what stands between them."""
    return ". ".join(part.rstrip(".") for part in parts if part) + "."
