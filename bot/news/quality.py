"""How well topics are found: precision and recall, from labelled items and from people's words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, union
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import UsageError
from bot.feeds.text import to_line
from bot.news.entries_file import read_entries
from bot.news.taxonomy import Taxonomy
from bot.storage.tables import delivery, entry_topic, feedback


@dataclass(frozen=True, slots=True)
class LabelledItem:
    """An item with the topics that a person gave it.

    `hard`: no obvious keyword, or a misleading one; `borderline`: two fair readers could differ.
    """

    id: str
    title: str
    text: str
    topics: frozenset[str]
    hard: bool = False
    borderline: bool = False
    line: int = 0
    """Where it stands in its file."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """An item with what was missed of it, and what was found and is not there, by its score."""

    item: LabelledItem
    missed: tuple[str, ...]
    wrong: tuple[tuple[str, float], ...]


@dataclass(slots=True)
class Count:
    """Right, wrong and missed finds of one topic."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        """What share of the finds is right; 1 where nothing was found."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """What share of what is there was found; 1 where nothing is there."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What people said of one topic's entries that went out to channels; each counts once."""

    topic: str
    sent: int
    wrong: int
    not_relevant: int

    @property
    def precision(self) -> float:
        """What share of the entries that went out nobody called wrong or not relevant."""
        return 1 - (self.wrong + self.not_relevant) / self.sent if self.sent else 1.0


def read_labelled(
    lines: Iterable[bytes], taxonomy: Taxonomy | None = None
) -> Iterator[LabelledItem]:
    """Read JSONL with `id`, `title`, `summary` and `topics`; `hard` and `borderline` may be there.

    With a taxonomy the topics may be named as people name them. Raises UsageError naming the first
    line that cannot be read, or has a topic that is none of the taxonomy's.
    """
    for number, line in enumerate(lines, start=1):
        for each in read_entries([line]) if line.strip() else ():
            raw = json.loads(line.decode("utf-8-sig"))
            topics = raw.get("topics")
            if not isinstance(topics, list) or not all(isinstance(one, str) for one in topics):
                raise UsageError(f'Line {number} has no "topics" (a list of topics).')
            labels = [label for one in topics if (label := to_line(one, literal=True))]
            if taxonomy is not None:
                labels = [_topic(label, taxonomy, number) for label in labels]
            yield LabelledItem(
                str(each.id),
                each.entry.title,
                each.entry.text,
                frozenset(labels),
                bool(raw.get("hard")),
                bool(raw.get("borderline")),
                number,
            )


def _topic(label: str, taxonomy: Taxonomy, line: int) -> str:
    topic = taxonomy.resolve(label)
    if topic is not None:
        return topic.id
    near = taxonomy.suggest(label)
    meant = f"did you mean {' or '.join(near[:2])}?" if near else "`exportnews topics` lists all."
    raise UsageError(f"Line {line} has the topic “{label[:60]}”, which there is not; {meant}")


def mistakes(
    items: Sequence[LabelledItem], found: Sequence[Mapping[str, float]]
) -> tuple[Mistake, ...]:
    """Give the items of which something was missed, or found and is not there."""
    compared = (
        Mistake(
            item,
            tuple(sorted(item.topics - topics.keys())),
            tuple((one, topics[one]) for one in sorted(topics.keys() - item.topics)),
        )
        for item, topics in zip(items, found, strict=True)
    )
    return tuple(one for one in compared if one.missed or one.wrong)


def measure(
    items: Sequence[LabelledItem],
    found: Sequence[Mapping[str, float]],
    *,
    borderline: bool = True,
) -> dict[str, Count]:
    """Count by topic what was found; `borderline` False leaves those items out."""
    counts: dict[str, Count] = {}
    for item, topics in zip(items, found, strict=True):
        if item.borderline and not borderline:
            continue
        for topic in item.topics | topics.keys():
            count = counts.setdefault(topic, Count())
            if topic in item.topics and topic in topics:
                count.right += 1
            elif topic in topics:
                count.wrong += 1
            else:
                count.missed += 1
    return counts


def macro(counts: Mapping[str, Count]) -> float:
    """Give the mean F1 of the topics that some item has or was found to have; of others there is
    nothing to be right or wrong about."""
    met = [count.f1 for count in counts.values() if count.right + count.wrong + count.missed]
    return sum(met) / len(met) if met else 0.0


def micro(counts: Mapping[str, Count]) -> Count:
    """Give all topics' finds together."""
    return Count(
        sum(count.right for count in counts.values()),
        sum(count.wrong for count in counts.values()),
        sum(count.missed for count in counts.values()),
    )


async def verdicts(conn: AsyncConnection) -> tuple[Verdicts, ...]:
    """Count, by topic, what people said of the entries that went out.

    "Not relevant" counts against the topics that the alert came for in that channel; against all of
    the entry's where that is not known.
    """
    said = (
        select(feedback.c.entry_id, feedback.c.channel_id, feedback.c.topic, feedback.c.verdict)
        .where(feedback.c.verdict.in_(["wrong-topic", "not-relevant"]))
        .distinct()
        .subquery()
    )
    out = union(
        select(delivery.c.entry_id.label("entry_id")).where(
            delivery.c.state == "sent", delivery.c.entry_id.is_not(None)
        ),
        select(feedback.c.entry_id.label("entry_id")),
    ).subquery()
    sent = await conn.execute(
        select(entry_topic.c.topic, func.count(entry_topic.c.entry_id.distinct()))
        .join(out, out.c.entry_id == entry_topic.c.entry_id)
        .group_by(entry_topic.c.topic)
    )
    counts = {topic: int(number) for topic, number in sent}
    wrong: dict[str, set[int]] = {topic: set() for topic in counts}
    not_relevant: dict[str, set[int]] = {topic: set() for topic in counts}
    rows = await conn.execute(
        select(
            entry_topic.c.topic,
            said.c.entry_id,
            said.c.channel_id,
            said.c.verdict,
            said.c.topic.label("of"),
        ).join(said, said.c.entry_id == entry_topic.c.entry_id)
    )
    came_for = await _came_for(conn)
    for row in rows:
        if row.verdict == "wrong-topic" and row.of == row.topic:
            wrong[row.topic].add(row.entry_id)
        elif row.verdict == "not-relevant":
            why = came_for.get((row.entry_id, row.channel_id))
            if why is None or f"topic:{row.topic}" in why:
                not_relevant[row.topic].add(row.entry_id)
    return tuple(
        Verdicts(topic, counts[topic], len(wrong[topic]), len(not_relevant[topic] - wrong[topic]))
        for topic in sorted(counts)
    )


async def _came_for(conn: AsyncConnection) -> dict[tuple[int, int], set[str]]:
    """Give by entry and channel why it was sent there (`kind:target`), of what was called not
    relevant; what gave no reason is left out."""
    rows = await conn.execute(
        select(delivery.c.entry_id, delivery.c.channel_id, delivery.c.reasons)
        .join(
            feedback,
            (feedback.c.entry_id == delivery.c.entry_id)
            & (feedback.c.channel_id == delivery.c.channel_id),
        )
        .where(
            delivery.c.state == "sent",
            delivery.c.reasons != "",
            feedback.c.verdict == "not-relevant",
        )
    )
    found: dict[tuple[int, int], set[str]] = {}
    for row in rows:
        found.setdefault((row.entry_id, row.channel_id), set()).update(row.reasons.split(","))
    return found
