"""Precision and recall of names of companies: `python bench/companies.py FILE...`.

FILEs are JSONL: `{"id","set","title","text","companies":[{"name","country","aliases"}]}`. A name
counts as found where its key is; countries and aliases are judged on names that were found. `-v`
prints what was missed and what is none.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.news.companies import company_key, find_companies


@dataclass(slots=True)
class Score:
    """What of a set was found."""

    hit: int = 0
    false: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    countries: list[bool] = field(default_factory=list)
    aliases: list[bool] = field(default_factory=list)

    @property
    def precision(self) -> float:
        return self.hit / (self.hit + len(self.false)) if self.hit + len(self.false) else 1.0

    @property
    def recall(self) -> float:
        return self.hit / (self.hit + len(self.missed)) if self.hit + len(self.missed) else 1.0

    def __str__(self) -> str:
        return (
            f"precision {self.precision:.2f}  recall {self.recall:.2f}"
            f"  countries {sum(self.countries)}/{len(self.countries)}"
            f"  aliases {sum(self.aliases)}/{len(self.aliases)}"
        )


def measure(labelled: Iterable[Mapping[str, Any]]) -> dict[str, Score]:
    """Give the scores by set."""
    scores: dict[str, Score] = {}
    for one in labelled:
        score = scores.setdefault(one["set"], Score())
        found = {each.key: each for each in find_companies(one["title"], one["text"])}
        wanted = {company_key(each["name"]): each for each in one["companies"]}
        score.hit += len(found.keys() & wanted.keys())
        score.false += [f"{one['id']}: {found[key].name}" for key in found.keys() - wanted.keys()]
        score.missed += [f"{one['id']}: {wanted[key]['name']}" for key in wanted.keys() - found]
        for key, each in wanted.items():
            given = found.get(key)
            if given is not None and each["country"]:
                score.countries.append(given.country == each["country"])
            score.aliases += [
                given is not None and alias in given.aliases for alias in each["aliases"]
            ]
    return scores


def read(path: Path) -> list[dict[str, Any]]:
    """Read a labelled file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def main() -> None:
    """Print a line a set."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("files", nargs="+", type=Path, help="labelled JSONL")
    parser.add_argument("-v", dest="names", action="store_true", help="name what is wrong")
    asked = parser.parse_args()
    try:
        scores = measure([one for path in asked.files for one in read(path)])
    except OSError as error:
        parser.error(f"{error.filename} cannot be read: {error.strerror}.")
    except ValueError as error:
        parser.error(f"that is no labelled JSONL: {error}")
    for name, score in scores.items():
        print(f"{name:12} {score}")
        if asked.names:
            print("  missed", *sorted(score.missed), sep="\n    ")
            print("  false", *sorted(score.false), sep="\n    ")


if __name__ == "__main__":
    main()
