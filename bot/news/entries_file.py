"""Entries from JSONL, one object a line: `id`, `title`, `summary`, `url`, `published`, `source`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timezone

from dateutil import parser as dates

from bot.errors import UsageError
from bot.feeds.model import FeedEntry
from bot.feeds.text import MAX_CONTENT, MAX_TITLE, clip
from bot.feeds.times import in_a_zone, zone_named


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One line: `id` as it stands there (text or number), the entry, and who published it."""

    line: int
    id: str | int
    entry: FeedEntry
    source: str
    cut: tuple[str, ...] = ()
    """What was longer than feeds may have it, in words, and was cut."""


def read_entries(lines: Iterable[str | bytes]) -> Iterator[FileEntry]:
    """Read entries line by line, within the bounds that feeds have; empty lines are passed over.

    Raises `UsageError` naming the first line that cannot be read.
    """
    for number, line in enumerate(lines, start=1):
        read = read_line(line, number)
        if read is not None:
            yield _bounded(read)


def read_line(line: str | bytes, number: int) -> FileEntry | None:
    """Read one line, or give None for an empty one.

    Raises `UsageError` naming the line when it cannot be read.
    """
    text = _decode(line, number).strip()
    return _read(text, number) if text else None


def _bounded(read: FileEntry) -> FileEntry:
    """Cut what is too long: the work grows faster than the text."""
    entry = read.entry
    bounds = (("title", MAX_TITLE), ("summary", MAX_CONTENT), ("content", MAX_CONTENT))
    longer = [(name, most) for name, most in bounds if len(getattr(entry, name)) > most]
    if not longer:
        return read
    shorter: dict[str, str] = {name: clip(getattr(entry, name), most) for name, most in longer}
    told = tuple(f"{name} of more than {most:,} characters" for name, most in longer)
    return replace(read, entry=replace(entry, **shorter), cut=told)  # type: ignore[arg-type]


def _decode(line: str | bytes, number: int) -> str:
    if isinstance(line, str):
        return line.removeprefix("\ufeff")
    try:
        return line.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"Line {number} is not UTF-8 text.", detail=str(error)) from error


def _read(text: str, number: int) -> FileEntry:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"Line {number} is not JSON.", detail=str(error)) from error
    if not isinstance(found, dict):
        raise UsageError(f"Line {number} is not a JSON object.")
    own_id = found.get("id")
    if not isinstance(own_id, str | int) or isinstance(own_id, bool) or own_id == "":
        raise UsageError(f'Line {number} has no "id" (a text or a whole number).')
    title = _text(found, "title", number)
    if not title.strip():
        raise UsageError(f'Line {number} has no "title".')
    entry = FeedEntry(
        title,
        link=_text(found, "url", number) or _text(found, "link", number),
        summary=_text(found, "summary", number),
        content=_text(found, "content", number),
        published=_time(found, number),
    )
    return FileEntry(number, own_id, entry, _text(found, "source", number))


def _text(found: dict[str, object], name: str, number: int) -> str:
    value = found.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise UsageError(f'Line {number}: "{name}" is not a text.')
    return value


def _time(found: dict[str, object], number: int) -> datetime | None:
    """Read a time; one without a zone is UTC."""
    value = _text(found, "published", number)
    if not value.strip():
        return None
    try:
        moment = _moment(value)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        elif not in_a_zone(moment):
            raise ValueError("no time zone is so far from UTC")
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        sentence = f'Line {number}: "published" is not a date or time.'
        raise UsageError(sentence, detail=str(error)) from error


def _moment(value: str) -> datetime:
    try:
        return datetime.fromisoformat(value)  # the usual form, twenty times as quick
    except ValueError:
        return dates.parse(value, tzinfos=_zone)


def _zone(name: str | None, seconds: int | None) -> timezone | int | None:
    """Give the zone that a time names; one told by its distance, which may be too far, as that."""
    return zone_named(name, None) if seconds is None else seconds
