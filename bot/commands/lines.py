"""What answers say, line by line, for every platform: entries found, feeds, topics, reasons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from bot.commands.answers import FeedList, FeedRow, Listing, Offer, TopicList, TopicRow, WhyAnswer
from bot.commands.settings_lines import KIND_WORDS, MODE_WORDS
from bot.messages import action_values, actions, rich, words
from bot.messages.alert_words import Choice, quoted
from bot.messages.rich import Rich, joined, ours, outside, some, together
from bot.search.model import Result
from bot.subscriptions.explanation import Considered, StoredFacts
from bot.subscriptions.model import PastAlert

LABEL = 100
_SNIPPET, _TOPICS = 300, 4
_FILES: tuple[Literal["csv", "json"], ...] = ("csv", "json")
_EMPTY = {
    "search": "Nothing was found for: {title}",
    "latest": "There is nothing yet. {title} will show here as it is published.",
    "saved": "You have saved nothing yet: “Save for me” is under every article.",
}
NO_FEEDS = "No feed is read yet. An operator adds one with `exportnews feeds add URL`."
ASKED_FOR = "What this channel asks for:"
_WELL = frozenset({"ok", "waiting"})
_VERDICTS = {"wanted": "asks for it", "muted": "is muted", "below-score": "asks for a higher score"}


def empty(answer: Listing) -> str:
    """Say that there is nothing to show. Not escaped."""
    return _EMPTY[answer.kind].format(title=answer.title)


def listing_head(answer: Listing) -> Rich:
    """Give what a page of entries is about, and which of how many it shows."""
    return together(rich.bold(outside(answer.title, 200)), "  ·  ", _count(answer))


def listing_text(answer: Listing) -> str:
    """Say what a page of entries has, for notifications and screen readers."""
    found = [result.title for result in answer.results.results[:3]]
    return f"{answer.title}, {_count(answer)}: {'; '.join(found)}"


def _count(answer: Listing) -> str:
    total = answer.results.total
    first, last = answer.offset + 1, answer.offset + len(answer.results.results)
    if total <= len(answer.results.results):
        return words.count(total, "article")
    return f"{first:,} to {last:,} of {words.count(total, 'article')}"


def entry_title(result: Result, most: int = 200) -> Rich:
    """Give an entry's headline, linked."""
    return outside(result.title or "Untitled", most, link=result.link) or ours("Untitled")


def entry_snippet(result: Result) -> Rich:
    """Give where the words were found, in bold."""
    return rich.snippet(result.snippet, _SNIPPET)


def entry_about(result: Result, answer: Listing) -> Rich:
    """Give which step of a matter an entry is, who published it and when, how it is known to tell
    what others told, and its topics."""
    topics = [outside(answer.topic_titles.get(t, t), 80) for t in result.topics]
    about = [outside(result.publication, 80), rich.published(result.published)]
    step = [outside(result.step, 60)] if result.step else []
    told = [ours(result.surety.said())]
    return joined([*step, *about, *told, some(topics, _TOPICS)], " · ")


def entry_choices(result: Result, answer: Listing) -> list[Choice]:
    """Give what can be done with an entry."""
    saved = answer.kind == "saved"
    save = actions.SaveEntry(result.id, on=not saved)
    return [
        Choice("Share in this channel", actions.ShareHere(result.id)),
        Choice("Share elsewhere…", actions.ShareForm(result.id)),
        Choice("Take off my list" if saved else "Save for me", save),
        Choice("More like this", actions.MoreLike(result.id)),
        Choice("Why did it come here, or not?", actions.Explain(result.id)),
    ]


def turning(answer: Listing) -> list[Offer]:
    """Give the pages before and after, and the search as something to be told of."""
    offers = []
    if answer.earlier is not None:
        offers.append(Offer("Previous", answer.earlier))
    if answer.later is not None:
        offers.append(Offer("Next", answer.later))
    if answer.kind == "search" and answer.searched:
        offers.append(Offer("Alert this channel to new ones", actions.SaveSearch(answer.searched)))
        offers += [
            Offer(f"Export {form.upper()}", actions.ExportSearch(answer.searched, form))
            for form in _FILES
        ]
    return [offer for offer in offers if action_values.fits(offer.action)]


def fitting(offers: Sequence[Offer]) -> list[Offer]:
    """Give the offers whose value has room in a button; one at least, to go on."""
    found = [offer for offer in offers if action_values.fits(offer.action)]
    return found or [Offer("Latest news", actions.LatestPage())]


def story_line(story: PastAlert | Result) -> Rich:
    """Give a story in one line: headline, publication, day."""
    where = joined([outside(story.publication, 80), rich.published(story.published, "day")], ", ")
    return together(outside(story.title, 150, link=story.link), " ", rich.italic(where))


def topic_line(row: TopicRow) -> Rich:
    """Give one topic: title, name to type, how the channel gets it."""
    how = rich.italic(ours(f"here {MODE_WORDS[row.mode]}")) if row.mode else ()
    return joined([rich.bold(outside(row.title, LABEL)), rich.code(row.id, 64), how], "  ")


def topic_definition(row: TopicRow) -> Rich:
    """Say what belongs to a topic; all of it, and what does not, where that was asked."""
    if not row.excludes:
        return outside(row.definition, 200)
    return joined([outside(row.definition, 1_000), outside(f"Not: {row.excludes}", 1_000)], " ")


def topic_offer(row: TopicRow) -> Offer:
    """Give the way in or out of a topic."""
    if row.mode is not None:
        return Offer("Unsubscribe", actions.Unsubscribe(row.id))
    return Offer("Subscribe", actions.Subscribe(row.id))


def feeds_head(answer: FeedList) -> str:
    """Say how many feeds are in order."""
    well = sum(row.state in _WELL for row in answer.rows)
    return f"{well} of {words.count(len(answer.rows), 'feed')} in order"


def feeds_text(answer: FeedList) -> str:
    """Say how the feeds are, for notifications and screen readers: those in trouble by name."""
    wrong = [f"{row.title} ({row.state})" for row in answer.rows if row.state not in _WELL]
    head = feeds_head(answer)
    return f"{head}. Not in order: {words.some(wrong, 5)}" if wrong else head


def topics_text(answer: TopicList) -> str:
    """Name the topics, for notifications and screen readers."""
    titles = [row.title for row in answer.rows]
    return f"{words.count(len(titles), 'topic')}: {words.some(titles, 20)}"


def feed_line(row: FeedRow) -> Rich:
    """Give one feed in one line."""
    parts = [outside(row.title, LABEL, link=row.url)]
    if row.publication != row.title:
        parts.append(outside(row.publication, LABEL))
    read = together("read ", rich.when(row.last_read)) if row.last_read else ours("not read yet")
    parts.append(read)
    if row.state == "silent" and row.newest is not None:
        parts.append(together("nothing new since ", rich.when(row.newest, "day")))
    if row.error and row.state in {"failing", "paused"}:
        parts.append(outside(row.error, 200))
    return joined(parts, " · ")


def why_title(entry: StoredFacts) -> Rich:
    """Give the headline of the entry that is explained."""
    return rich.bold(outside(entry.title, 200, link=entry.link))


def why_text(answer: WhyAnswer) -> str:
    """Say what became of an entry, for notifications and screen readers."""
    explained = answer.explanation
    title = f"{explained.entry.title}: " if explained.entry else ""
    return f"{title}{explained.sentence}"


def why_origin(entry: StoredFacts) -> Rich:
    """Give who published it and when, and how it is known to tell what others told."""
    told = outside(entry.joined, 300)
    where = [outside(entry.publication, LABEL), rich.published(entry.published), told]
    return joined(where, " · ")


def why_lines(answer: WhyAnswer) -> list[Rich]:
    """Give what the channel asks for, and whether the entry met it."""
    return [_considered(one, answer) for one in answer.explanation.considered]


def _considered(one: Considered, answer: WhyAnswer) -> Rich:
    asked = one.subscription
    phrases = answer.phrases.get(asked.target, ()) if asked.kind == "topic" else ()
    found = quoted(phrases)
    score = (
        f" (score {one.score:.2f}, at least {one.least:.2f})"
        if asked.kind == "topic" and one.score is not None
        else ""
    )
    return together(
        KIND_WORDS[asked.kind],
        rich.bold(outside(asked.label, LABEL)),
        f" {_VERDICTS.get(one.verdict, one.verdict)}{score}",
        together(": ", found) if found else "",
    )


def unclaimed_line(answer: WhyAnswer) -> Rich:
    """Name the entry's topics that nobody here asked for, if any."""
    names = [
        together(outside(answer.topic_titles.get(topic, topic), LABEL), f" ({score:.2f})")
        for topic, score in answer.explanation.unclaimed
    ]
    return together("It also has, and nobody here asked for: ", some(names, 8)) if names else ()


def unclaimed_offers(answer: WhyAnswer) -> list[Offer]:
    """Give the ways to ask for them."""
    return [
        Offer(f"Subscribe to {answer.topic_titles.get(topic, topic)}", actions.Subscribe(topic))
        for topic, _score in answer.explanation.unclaimed[:4]
    ]
