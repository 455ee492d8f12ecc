"""Fit how sure the learned wording may be on labelled news it never saw; renew `topic_words.tsv`.

    python -m bench.calibrate_topics FILE... [--out bot/news/topic_words.tsv]

The examples that weights are learned from are chosen to be hard, so a topic is more frequent among
them than in news, and near-misses are of other kinds. A score is only worth its number where it was
fitted on news as it is published. Give files that were not learned from; weights stay as they are,
only the lines of slope and shift are written. Run it after `bench.train_wording`.
"""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path

from bench.topics import load, print_calibration, print_table
from bench.train_wording import calibrate, rows_of, scored, write
from bot.news.classifier import Classifier
from bot.news.quality import measure
from bot.news.scoring import Scorer
from bot.news.taxonomy import load_taxonomy
from bot.news.wording import Calibration, shipped_wording


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    wording = shipped_wording()
    topics = list(wording.biases)
    classifier = Classifier(load_taxonomy(), Scorer.shipped())
    rows = rows_of([item for path in arguments.files for item in load(path)], classifier)
    said = [wording.totals(row.features) for row in rows]
    items = [row.item for row in rows]

    def show(name: str, calibration: Calibration) -> None:
        found = scored(said, calibration)
        print(f"\n{name}: {len(items)} items")
        print_table(measure(items, found))
        print_calibration(items, found)

    show("as it was", wording.calibration)
    fitted = calibrate(rows, said, topics)
    show("fitted on these", fitted)
    if arguments.out:
        write(dataclasses.replace(wording, calibration=fitted), topics, arguments.out)


if __name__ == "__main__":
    main()
