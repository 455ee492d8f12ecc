"""Lines of CSV (RFC 4180) that a spreadsheet opens without harm."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import UTC, datetime

_FORMULA = ("=", "+", "-", "@", "\t", "\n", "＝", "＋", "－", "＠")


def csv_line(values: Iterable[object]) -> str:
    """Give one line with its end. A text that a spreadsheet would take as a formula gets an
    apostrophe; source: owasp.org/www-community/attacks/CSV_Injection."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow([_cell(value) for value in values])
    return line.getvalue()


def rfc3339(moment: datetime) -> str:
    """Give a moment in UTC as RFC 3339: `2024-12-02T15:04:05Z`."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _cell(value: object) -> object:
    if not isinstance(value, str):
        return value
    text = value.replace("\r\n", "\n").replace("\r", "\n")  # alone it would end the line unquoted
    return f"'{text}" if text.startswith(_FORMULA) else text
