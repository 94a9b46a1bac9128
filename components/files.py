"""Files made of what is shown, to take away."""

import base64
import csv
import io
from collections.abc import Iterable, Sequence


def csv_address(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return an address that holds a table as CSV, with the mark that spreadsheets know UTF-8 by."""
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(heads)
    table.writerows(rows)
    return f"data:text/csv;charset=utf-8;base64,{base64.b64encode(text.getvalue().encode('utf-8-sig')).decode()}"
