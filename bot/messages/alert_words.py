"""What an alert says, for every platform: headline, origin, reasons, key facts, what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.messages import action_values, actions, limits, rich, words
from bot.messages.model import Alert, Related, Why
from bot.messages.mrkdwn import clean
from bot.messages.rich import Rich, joined, ours, outside, some, together
from bot.news.known_companies import each_once
from bot.news.model import WHOLE

TITLE = 250
SUMMARY = 700
LABEL = 80
PHRASE = 60
_COMPANIES, _VALUES, _PHRASES, _REASONS, _TOPICS, _RELATED, _NUMBERS = 8, 8, 3, 6, 8, 4, 6


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of key facts: what it is, and what it says."""

    label: str
    value: Rich


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to do with an alert: a button's text, its action, what a screen reader says."""

    label: str
    action: actions.Action
    said: str = ""


def headline(alert: Alert) -> Rich:
    """Give the headline, linked and in bold; struck through when the article was withdrawn."""
    title = rich.bold(outside(alert.title or "Untitled", TITLE, link=alert.link))
    title = title or ours("Untitled")
    return rich.strike(title) if alert.retracted else title


def origin(alert: Alert) -> Rich:
    """Give who published it and when, and what is special about it."""
    parts = [
        rich.bold(outside(words.badge(alert), LABEL)),
        outside(alert.publication, LABEL),
        rich.published(alert.published),
        outside(alert.document_type, LABEL),
    ]
    return joined(parts, "  ·  ")


def summary(alert: Alert) -> Rich:
    """Give the summary: nothing where only headlines may be shown or the article is withdrawn."""
    return () if alert.retracted else outside(alert.summary, SUMMARY)


def fallback(alert: Alert) -> str:
    """Give the alert in one line, for notifications and screen readers. Not escaped."""
    badge = words.badge(alert)
    topics = words.some([why.label for why in alert.why] or list(alert.topics), 3)
    lead = ": ".join(part for part in (badge, topics) if part)
    title = clean(alert.title, TITLE) or "Untitled"
    return f"{lead}: {title} ({alert.publication})" if lead else title


def facts(alert: Alert) -> list[Fact]:
    """Give topics, reasons and key facts, the most important first."""
    companies = each_once(alert.companies)
    found = [
        Fact("Earlier report", _perhaps(alert.perhaps)),
        Fact(
            "Topics", some([outside(topic, LABEL) for topic in alert.topics], _TOPICS, joint=" · ")
        ),
        Fact("Why here", why_line(alert.why)),
        *(
            Fact(words.DATE_WORDS.get(date.kind, date.kind), ours(words.day(date.on)))
            for date in alert.dates
        ),
        Fact("Companies", some([_company(c.name, c.country) for c in companies], _COMPANIES)),
    ]
    for heading, values in words.cited(alert).items():
        shown = [outside(value, LABEL, link=url) for value, url in values]
        found.append(Fact(heading, some(shown, _VALUES)))
    found += _related(alert)
    return [fact for fact in found if fact.value]


def why_line(reasons: Sequence[Why]) -> Rich:
    """Give the reasons with the phrases found: `Entity List (“added to the Entity List”)`."""
    parts = []
    for why in reasons:
        phrases = quoted(why.phrases)
        found = together(" (", phrases, ")") if phrases else ()
        passing = "" if why.main else ", in passing"
        parts.append(together(outside(words.why_label(why), LABEL), passing, found))
    return some(parts, _REASONS, joint="; ")


def quoted(phrases: Sequence[str]) -> Rich:
    """Quote the phrases that tell most: three, and none that only repeats a part of another."""
    shown = [
        ours(phrase) if phrase == WHOLE else together("“", outside(_closed(phrase), PHRASE), "”")
        for phrase in phrases
        if phrase and not any(_is_in(phrase, other) for other in phrases)
    ]
    return joined(shown[:_PHRASES], ", ")


def _is_in(part: str, whole: str) -> bool:
    return len(part) < len(whole) and f" {part.casefold()} " in f" {whole.casefold()} "


def _closed(phrase: str) -> str:
    """Close what was cut within brackets: `section 36(b`."""
    return f"{phrase})" if phrase.count("(") > phrase.count(")") else phrase


def _company(name: str, country: str) -> Rich:
    shown = outside(name, LABEL)
    where = outside(country, 40)
    return together(shown, " (", where, ")") if where else shown


def _perhaps(earlier: Related | None) -> Rich:
    if earlier is None:
        return ()
    return together(related_line(earlier), ". Told apart, as we are not sure that it is the same.")


def _related(alert: Alert) -> list[Fact]:
    found = [Fact("Earlier", related_line(one)) for one in alert.refers_to[:_RELATED]]
    unstored = [outside(number, 20) for number in words.unstored_numbers(alert)]
    if unstored:
        numbers = some(unstored, _NUMBERS)
        found.append(Fact("Refers to", together(numbers, " (not in the archive)")))
    others = [
        outside(one.publication or one.title, LABEL, link=one.link) for one in alert.also_covered
    ]
    found.append(Fact("Also covered by", some(others, _RELATED)))
    return found


def related_line(one: Related) -> Rich:
    """Give another entry: its headline linked, its number and day."""
    where = joined([outside(one.number, 20), ours(words.day(one.published.date()))], ", ")
    return together(outside(one.title, 150, link=one.link), " (", where, ")")


def first_choices(alert: Alert) -> list[Choice]:
    """Give what is done most with an alert, besides opening it."""
    title = clean(alert.title, 40)
    return [
        Choice("Save for me", actions.SaveEntry(alert.entry_id), f"Save {title}"),
        Choice("Share…", actions.ShareForm(alert.entry_id), f"Share {title}"),
        *(
            [Choice("Time line", actions.Timeline(alert.entry_id), f"Time line of {title}")]
            if alert.follow_up or alert.refers_to or alert.perhaps
            else []
        ),
    ]


def further_choices(alert: Alert) -> list[Choice]:
    """Give what is behind the three dots; as much as an overflow menu's values have room for."""
    mutes = [
        Choice(f"Mute “{clean(why.label, 40)}” here for a week", actions.Mute(why.kind, why.target))
        for why in alert.why[:2]
    ]
    return [
        *(mute for mute in mutes if action_values.fits(mute.action, limits.OPTION_VALUE)),
        Choice("Not relevant", actions.NotRelevant(alert.entry_id)),
        Choice("Wrong topic", actions.WrongTopic(alert.entry_id)),
        Choice("Why did this come?", actions.Explain(alert.entry_id)),
    ]
