"""Precision, recall and F1 of story pairs: `python bench/stories.py FILE...`.

FILEs are JSONL: entries (`id`, `title`, `summary`, `url`, `source`, `published`) and labelled
pairs (`a`, `b`, `same`, `why`), in any mixture. Entries that only stand in other JSONL files of
a pair file's folder are found there. Pairs are judged twice: by the grouping of all entries, as
`exportnews stories` does it, and each pair alone, by `stories.same`.

Labelled news is thin: a few headlines of each week. With `--within DAYS` all of it is also taken
as if published within so many days, in the flow of a newsroom, where most that is alike is not the
same. What is joined there though it was published more than nine days apart counts as hidden.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

from bot.cli.stories import features_of, group_entries
from bot.errors import UsageError
from bot.news.entries_file import FileEntry, read_entries
from bot.news.stories import Comparison, compare
from bot.news.story_features import EPOCH


@dataclass(frozen=True, slots=True)
class Pair:
    """Two entries, and whether they tell one story."""

    a: str
    b: str
    same: bool
    why: str = ""


@dataclass(slots=True)
class Tally:
    """Right and wrong answers about pairs."""

    hit: int = 0
    false: int = 0
    missed: int = 0

    def count(self, *, said: bool, same: bool) -> None:
        self.hit += said and same
        self.false += said and not same
        self.missed += same and not said

    @property
    def precision(self) -> float:
        return self.hit / (self.hit + self.false) if self.hit + self.false else 1.0

    @property
    def recall(self) -> float:
        return self.hit / (self.hit + self.missed) if self.hit + self.missed else 1.0

    @property
    def f1(self) -> float:
        return 2 * self.hit / max(1, 2 * self.hit + self.false + self.missed)

    def __str__(self) -> str:
        return f"precision {self.precision:.3f}  recall {self.recall:.3f}  F1 {self.f1:.3f}"


@dataclass(frozen=True, slots=True)
class Wrong:
    """A pair judged wrongly by the grouping."""

    pair: Pair
    found: Comparison
    titles: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Result:
    """What was measured."""

    entries: int
    pairs: int
    grouped: Tally
    alone: Tally
    wrong: tuple[Wrong, ...]
    seconds: float


def load(files: list[Path]) -> tuple[list[FileEntry], list[Pair]]:
    """Read entries and pairs; look for entries that pairs name in the files beside them."""
    entries: dict[str, FileEntry] = {}
    pairs: list[Pair] = []
    for file in files:
        _read(file, entries, pairs)
    named = {each for pair in pairs for each in (pair.a, pair.b)}
    for beside in sorted({other for file in files for other in file.parent.glob("*.jsonl")}):
        if beside not in files and not named <= entries.keys():
            found: dict[str, FileEntry] = {}
            _read(beside, found, [])
            entries.update({key: found[key] for key in found.keys() & named - entries.keys()})
    return list(entries.values()), [p for p in pairs if p.a in entries and p.b in entries]


def _read(file: Path, entries: dict[str, FileEntry], pairs: list[Pair]) -> None:
    lines = []
    for line in file.read_text(encoding="utf-8").splitlines():
        found = json.loads(line) if line.strip() else {}
        if {"a", "b", "same"} <= found.keys():
            pairs.append(
                Pair(str(found["a"]), str(found["b"]), bool(found["same"]), found.get("why", ""))
            )
        elif "title" in found and "id" in found:
            lines.append(line)
    for each in read_entries(lines):
        entries.setdefault(str(each.id), each)


def measure(entries: list[FileEntry], pairs: list[Pair]) -> Result:
    """Judge the pairs."""
    start = time.perf_counter()
    stories = dict(zip((str(each.id) for each in entries), group_entries(entries), strict=True))
    seconds = time.perf_counter() - start
    known = {str(each.id): features_of(each) for each in entries}
    grouped, alone, wrong = Tally(), Tally(), []
    for pair in pairs:
        together = stories[pair.a] == stories[pair.b]
        found = compare(known[pair.a], known[pair.b])
        grouped.count(said=together, same=pair.same)
        alone.count(said=found.verdict == "same", same=pair.same)
        if together != pair.same:
            wrong.append(Wrong(pair, found, (known[pair.a].title, known[pair.b].title)))
    return Result(len(entries), len(pairs), grouped, alone, tuple(wrong), seconds)


_APART = timedelta(days=9)
"""Entries further apart than this tell two events."""
_DAY = timedelta(days=1)


def in_flow(entries: list[FileEntry], pairs: list[Pair], days: int) -> tuple[int, Tally, int]:
    """Group as if all were published within `days`; give the number of stories, the pairs' tally,
    and how many events were joined to one of other weeks. Pairs whose days change are left out."""
    dated = {str(each.id): each for each in entries if each.entry.published}
    moved = [_moved(each, days) for each in dated.values()]
    stories = dict(zip(dated, group_entries(moved), strict=True))
    was = {name: _when(each) for name, each in dated.items()}
    now = dict(zip(dated, map(_when, moved), strict=True))
    tally = Tally()
    for pair in pairs:
        if pair.a in was and pair.b in was:
            a, b = pair.a, pair.b
            if abs(abs(was[a] - was[b]) - abs(now[a] - now[b])) <= _DAY:
                tally.count(said=stories[a] == stories[b], same=pair.same)
    members: defaultdict[str, list[datetime]] = defaultdict(list)
    for name, story in stories.items():
        members[story].append(was[name])
    hidden = sum(b - a > _APART for each in members.values() for a, b in pairwise(sorted(each)))
    return len(members), tally, hidden


def _when(each: FileEntry) -> datetime:
    return each.entry.published or EPOCH


def _moved(each: FileEntry, days: int) -> FileEntry:
    since = _when(each) - EPOCH
    when = EPOCH + since - timedelta(days=since.days - since.days % days)
    return replace(each, entry=replace(each.entry, published=when))


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("files", nargs="+", type=Path, help="JSONL of entries and of pairs")
    parser.add_argument("--within", type=int, metavar="DAYS", help="also as if of so many days")
    arguments = parser.parse_args()
    try:
        entries, pairs = load(arguments.files)
        result = measure(entries, pairs)
    except OSError as error:
        parser.error(f"{error.filename} cannot be read: {error.strerror}.")
    except (UsageError, ValueError) as error:
        parser.error(f"that is no JSONL of entries and pairs: {error}")
    print(f"{result.entries} entries, {result.pairs} pairs, grouped in {result.seconds:.2f} s")
    print(f"grouped  {result.grouped}")
    print(f"alone    {result.alone}")
    if arguments.within:
        stories, tally, hidden = in_flow(entries, pairs, max(1, arguments.within))
        print(f"within {arguments.within} days  {tally}  {stories} stories, {hidden} events hidden")
    for each in sorted(result.wrong, key=lambda each: -abs(each.found.score - each.pair.same)):
        said = "missed" if each.pair.same else "joined"
        print(f"\n{said}  {each.found.score:.2f}  {each.found.why}  {each.pair.why}")
        print(f"  {each.pair.a}  {each.titles[0]}\n  {each.pair.b}  {each.titles[1]}")


if __name__ == "__main__":
    main()
