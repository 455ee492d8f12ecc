"""How well topics are found, and how fast.

    python -m bench.topics FILE...     precision, recall and F1 by topic, and the worst errors
    python -m bench.topics --speed     against a loop of `re` searches, and with watches

FILE is JSONL with `id`, `title`, `summary`, `topics`, and where true `hard`, `borderline`.
"""

from __future__ import annotations

import argparse
import re
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from bot.errors import UsageError
from bot.feeds.model import FeedEntry
from bot.news.analyst import Analyst
from bot.news.classifier import Classifier
from bot.news.model import TopicMatch, WatchTerm
from bot.news.quality import Count, LabelledItem, macro, measure, micro, read_labelled
from bot.news.taxonomy import load_taxonomy
from bot.news.watches import WatchMatcher

WORST = 25
TEXT_LENGTH = 500
ROUNDS = 5
SLOW_TEXTS = 6
LEAST_RATIO = 50.0
WATCHES = 10_000
LEAST_SHARE = 0.5


def load(path: Path) -> list[LabelledItem]:
    with path.open("rb") as lines:
        return list(read_labelled(lines))


def print_table(counts: Mapping[str, Count]) -> None:
    print(f"{'topic':24}{'n':>5}{'P':>8}{'R':>8}{'F1':>8}")
    for topic, count in [*sorted(counts.items()), ("micro", micro(counts))]:
        n = count.right + count.missed
        print(f"{topic:24}{n:>5}{count.precision:>8.3f}{count.recall:>8.3f}{count.f1:>8.3f}")
    print(f"{'macro F1':24}{macro(counts):>29.3f}")


def print_calibration(items: Sequence[LabelledItem], found: Sequence[Mapping[str, float]]) -> None:
    """Print how many of the matches in each band of scores are right."""
    bands = [0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0]
    print(f"\n{'score':>12}{'matches':>9}{'mean':>8}{'right':>8}")
    for low, high in pairwise(bands):
        inside = [
            (score, topic in item.topics)
            for item, topics in zip(items, found, strict=True)
            for topic, score in topics.items()
            if low <= score < high
        ]
        if inside:
            mean = statistics.fmean(score for score, _right in inside)
            right = statistics.fmean(right for _score, right in inside)
            print(f"{low:>6.2f}-{high:.2f}{len(inside):>9}{mean:>8.3f}{right:>8.3f}")


def print_worst(
    items: Sequence[LabelledItem], matches: Sequence[Sequence[TopicMatch]], most: int
) -> None:
    """Print wrong matches by falling score, then missed topics, with what was found."""
    wrong: list[tuple[float, str]] = []
    for item, found in zip(items, matches, strict=True):
        mark = " [borderline]" if item.borderline else ""
        for match in found:
            if match.topic not in item.topics:
                why = " | ".join(evidence.text for evidence in match.evidence)
                line = f"wrong  {match.topic} {match.score:.2f} {item.title[:90]}{mark}: {why}"
                wrong.append((match.score, line))
        missed = sorted(item.topics - {match.topic for match in found})
        wrong += [(0.4, f"missed {topic}      {item.title[:90]}{mark}") for topic in missed]
    print(f"\n{len(wrong)} errors")
    for _score, line in sorted(wrong, reverse=True)[:most]:
        print(line)


def quality(paths: Sequence[Path], most: int) -> None:
    """Print the tables for labelled files, read as entries are read."""
    analyst = Analyst(load_taxonomy())
    items = [item for path in paths for item in load(path)]
    matches = [analyst.analyse(FeedEntry(item.title, summary=item.text)).topics for item in items]
    found = [{match.topic: match.score for match in each} for each in matches]
    print_table(measure(items, found))
    print(f"\nwithout {sum(item.borderline for item in items)} borderline items: ", end="")
    print(f"macro F1 {macro(measure(items, found, borderline=False)):.3f}")
    hard = [n for n, item in enumerate(items) if item.hard]
    if hard:
        counts = measure([items[n] for n in hard], [found[n] for n in hard])
        print(f"the {len(hard)} hard items alone: macro F1 {macro(counts):.3f}")
    print_calibration(items, found)
    print_worst(items, matches, most)


def texts() -> list[str]:
    """Give texts of 500 characters: headlines of the tests' examples put end to end."""
    path = Path(__file__).parents[1] / "tests" / "news" / "data" / "examples.jsonl"
    running = ". ".join(f"{item.title}. {item.text}".strip() for item in load(path))
    ends = range(TEXT_LENGTH, len(running), TEXT_LENGTH)
    return [running[end - TEXT_LENGTH : end] for end in ends]


def rate(work: Callable[[str], object], some: Sequence[str]) -> float:
    """Give texts a second."""
    start = time.process_time()
    for text in some:
        work(text)
    return len(some) / (time.process_time() - start)


def speed() -> float:
    """Print and give how many times a loop of `re` searches the classifier manages."""
    taxonomy = load_taxonomy()
    classifier = Classifier(taxonomy)
    phrases = {phrase for each in taxonomy.words.values() for phrase in each}
    phrases |= {*taxonomy.lookalikes, *taxonomy.negations}
    patterns = [
        re.compile(rf"\b{re.escape(phrase.removesuffix('*'))}", re.IGNORECASE)
        for phrase in sorted(phrases)
    ]
    some = texts()
    slow = some[:: max(1, len(some) // SLOW_TEXTS)][:SLOW_TEXTS]
    ratios: list[float] = []
    for _round in range(ROUNDS):
        loop = rate(lambda text: [pattern.search(text) for pattern in patterns], slow)
        ours = rate(lambda text: classifier.classify("", text), some)
        ratios.append(ours / loop)
    ratio = statistics.median(ratios)
    print(f"{len(phrases)} phrases, texts of {TEXT_LENGTH} characters: {ours:,.0f} texts a second,")
    print(f"a loop of re searches {loop:,.1f}; ratio {ratio:.0f} (median of {ROUNDS} rounds)")
    return ratio


def watches_speed() -> float:
    """Print and give the rate with watches as a share of the rate without them."""
    classifier = Classifier(load_taxonomy())
    terms = [WatchTerm(n, (f"Company {n} Trading", f"CT-{n}")) for n in range(WATCHES)]
    matcher = WatchMatcher(terms)
    some = texts()
    ratios: list[float] = []
    for _round in range(ROUNDS):
        alone = rate(lambda text: classifier.classify("", text), some)
        both = rate(
            lambda text: (classifier.classify("", text), matcher.find("", text, "summary")), some
        )
        ratios.append(both / alone)
    ratio = statistics.median(ratios)
    print(f"with {WATCHES:,} watches {ratio:.2f} of the rate without (median of {ROUNDS} rounds)")
    return ratio


def main() -> None:
    parser = argparse.ArgumentParser(description="How well topics are found, and how fast.")
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--speed", action="store_true")
    parser.add_argument("--worst", type=int, default=WORST)
    arguments = parser.parse_args()
    if arguments.files:
        try:
            quality(arguments.files, arguments.worst)
        except OSError as error:
            parser.error(f"{error.filename} cannot be read: {error.strerror}.")
        except UsageError as error:
            parser.error(f"that is no JSONL of labelled items: {error}")
    if arguments.speed:
        if speed() < LEAST_RATIO:
            raise SystemExit(f"Slower than {LEAST_RATIO:.0f} times.")
        if watches_speed() < LEAST_SHARE:
            raise SystemExit(f"Watches leave less than {LEAST_SHARE} of the rate.")


if __name__ == "__main__":
    main()
