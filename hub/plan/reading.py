"""The board document as HTML, for looking through before it is taken away. Pure."""

from html import escape

from hub.plan.rules import (
    Block,
    Bullets,
    Document,
    Fields,
    Heading,
    Line,
    PageBreak,
    Paragraph,
    SourceList,
    Table,
)


def preview(document: Document) -> str:
    """Return the document as HTML, its headings one level down so that they fit under a page's own."""
    blocks = (*document.main, *document.appendices)
    return f"<div class='hub-paper' lang='{document.language}'><p class='hub-kicker'>{escape(document.kind)}</p>{''.join(map(_block, blocks))}</div>"


def _block(block: Block) -> str:  # noqa: PLR0911 - one for each kind
    match block:
        case Heading(level, text):
            return f"<h{level + 1}>{escape(text)}</h{level + 1}>"
        case Paragraph(line):
            return f"<p>{_line(line)}</p>"
        case Bullets(items, ordered):
            tag = "ol" if ordered else "ul"
            return f"<{tag}>{''.join(f'<li>{_line(item)}</li>' for item in items)}</{tag}>"
        case Fields(pairs):
            rows = "".join(
                f"<tr><th scope='row'>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in pairs
            )
            return f"<table><tbody>{rows}</tbody></table>"
        case Table():
            return _table(block)
        case PageBreak():
            return "<hr>"
        case SourceList(items):
            return (
                "<ol>"
                + "".join(
                    f"<li value='{one.number}'><span lang='sv'>{escape(one.source.title)}. {escape(one.source.publisher)}</span>. {escape(one.source.seen)}.</li>"
                    for one in items
                )
                + "</ol>"
            )


def _table(table: Table) -> str:
    head = "".join(f"<th scope='col'>{escape(title)}</th>" for title in table.head)
    rows = "".join(
        f"<tr><th scope='row'>{_line(row[0])}</th>{''.join(f'<td>{_line(cell)}</td>' for cell in row[1:])}</tr>"
        for row in table.rows
    )
    return (
        f"<div class='table-scroll'><table class='hub-stack'><caption>{_line(table.caption)}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _line(line: Line) -> str:
    parts = []
    for run in line:
        text = escape(run.text)
        if run.source:
            text = f"<sup>{text}</sup>"
        elif run.link.startswith(("https://", "http://")):
            text = f"<a href='{escape(run.link)}'>{text}</a>"
        parts.append(f"<strong>{text}</strong>" if run.strong else text)
    return "".join(parts)
