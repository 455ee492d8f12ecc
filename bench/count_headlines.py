"""Count how seldom headlines of the field tell a concept; write `story_frequencies.toml`.

    python -m bench.count_headlines tests/news/data/{examples,fresh}.jsonl \
        --out bot/news/story_frequencies.toml

What every second headline tells ("China", "chip") says little about which event it is. The same
files give the same numbers.
"""

from __future__ import annotations

import argparse
import json
import math
from collections import Counter, defaultdict
from pathlib import Path

from bot.news.story_lexicon import LITTLE
from bot.news.story_words import SELDOM, told

SCALE = 6
"""Natural logarithms of rarity that make a weight of 1."""
STEP = 0.05


def tells(files: list[Path]) -> dict[str, float]:
    """Give what each frequent concept tells, by how many headlines of the files have it."""
    found = Counter[str]()
    headlines = 0
    for file in files:
        for line in file.read_text(encoding="utf-8").splitlines():
            weights = told(json.loads(line)["title"]).weights
            found.update(concept for concept, weight in weights.items() if weight > LITTLE)
            headlines += 1
    rarity = {
        concept: math.log((headlines + 1) / (times + 1)) / SCALE
        for concept, times in found.items()
        if not concept.startswith("n:")
    }
    steps = {concept: round(each / STEP) * STEP for concept, each in rarity.items()}
    return {concept: each for concept, each in steps.items() if each < SELDOM - STEP / 2}


def write(found: dict[str, float], path: Path) -> None:
    """Write the file: a line for each step, with its concepts."""
    lines: defaultdict[str, list[str]] = defaultdict(list)
    for concept, each in found.items():
        lines[f"{each:.2f}"].append(concept)
    text = "".join(f'"{each}" = "{" ".join(sorted(lines[each]))}"\n' for each in sorted(lines))
    path.write_text(
        "# How much a concept tells one event from another; what is not here tells more.\n"
        "# Made by bench/count_headlines.py.\n" + text,
        encoding="utf-8",
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    found = tells(arguments.files)
    write(found, arguments.out)
    print(f"{len(found)} concepts")


if __name__ == "__main__":
    main()
