"""Precision, recall and F1 of story pairs: `python bench/stories.py FILE...`.

FILEs are JSONL: entries (`id`, `title`, `summary`, `url`, `source`, `published`) and labelled
pairs (`a`, `b`, `same`, `why`), in any mixture. Entries that only stand in other JSONL files of
a pair file's folder are found there. Pairs are judged twice: by the grouping of all entries, as
`exportnews stories` does it, and each pair alone, by `stories.same`.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass
from pathlib import Path

from bot.cli.stories import features_of, group_entries
from bot.errors import UsageError
from bot.news.entries_file import FileEntry, read_entries
from bot.news.stories import Comparison, compare


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


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("files", nargs="+", type=Path, help="JSONL of entries and of pairs")
    files = parser.parse_args().files
    try:
        result = measure(*load(files))
    except OSError as error:
        parser.error(f"{error.filename} cannot be read: {error.strerror}.")
    except (UsageError, ValueError) as error:
        parser.error(f"that is no JSONL of entries and pairs: {error}")
    print(f"{result.entries} entries, {result.pairs} pairs, grouped in {result.seconds:.2f} s")
    print(f"grouped  {result.grouped}")
    print(f"alone    {result.alone}")
    for each in sorted(result.wrong, key=lambda each: -abs(each.found.score - each.pair.same)):
        said = "missed" if each.pair.same else "joined"
        print(f"\n{said}  {each.found.score:.2f}  {each.found.why}  {each.pair.why}")
        print(f"  {each.pair.a}  {each.titles[0]}\n  {each.pair.b}  {each.titles[1]}")


if __name__ == "__main__":
    main()
