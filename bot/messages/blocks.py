"""Alerts and notices as Block Kit: read in two seconds, acted on with one click."""

from __future__ import annotations

from collections.abc import Sequence

from bot.messages import actions, kit, limits, words
from bot.messages.actions import encode
from bot.messages.handling_blocks import handling_blocks
from bot.messages.kit import Block
from bot.messages.model import Alert, Message, Related, Why
from bot.messages.mrkdwn import bold, clean, date_time, escape, link

TITLE = 250
SUMMARY = 700
LABEL = 80
PHRASE = 60
_COMPANIES, _VALUES, _PHRASES, _REASONS, _TOPICS, _RELATED, _NUMBERS = 8, 8, 3, 6, 8, 4, 6


def alert_message(alert: Alert) -> Message:
    """Render an alert for Slack, within all its limits, everything from outside escaped."""
    blocks = [kit.section(headline(alert)), kit.context(origin(alert))]
    if alert.summary and not alert.retracted:
        blocks.append(kit.section(escape(alert.summary, SUMMARY)))
    facts = fact_lines(alert)
    if facts:
        blocks.append(kit.section(limits.fit_lines(facts, limits.SECTION_TEXT)))
    blocks.append(kit.actions(_buttons(alert)))
    blocks += handling_blocks(alert)
    return Message(text=fallback(alert), blocks=tuple(blocks))


def notice_message(text: str, title: str = "", url: str = "") -> Message:
    """Render one sentence for somebody, with the article that it is about."""
    shown = escape(text, limits.FIELD_TEXT) or "-"
    about = f"\n{link(url, title, TITLE)}" if title else ""
    return Message(
        text=escape(f"{text} {title}".strip(), limits.FIELD_TEXT) or "-",
        blocks=(kit.section(f":information_source: {shown}{about}"),),
    )


def headline(alert: Alert) -> str:
    """Give the headline, linked and in bold; struck through when the article was withdrawn."""
    title = bold(link(alert.link, alert.title or "Untitled", TITLE))
    return f"~{title}~" if alert.retracted else title


def origin(alert: Alert) -> str:
    """Give who published it and when, in the reader's zone, and what is special about it."""
    parts = [
        bold(escape(words.badge(alert), LABEL)),
        escape(alert.publication, LABEL),
        date_time(alert.published),
        escape(alert.document_type, LABEL),
    ]
    return "  ·  ".join(part for part in parts if part)


def fallback(alert: Alert) -> str:
    """Give the text for notifications and screen readers."""
    badge = words.badge(alert)
    topics = words.some([why.label for why in alert.why] or list(alert.topics), 3)
    lead = ": ".join(part for part in (badge, topics) if part)
    title = clean(alert.title, TITLE) or "Untitled"
    return escape(f"{lead}: {title} ({alert.publication})" if lead else title, 600)


def fact_lines(alert: Alert) -> list[str]:
    """Give topics, reasons and key facts, one line each, the most important first."""
    lines = []
    if alert.topics:
        topics = [escape(topic, LABEL) for topic in alert.topics]
        lines.append(f"*Topics:* {words.some(topics, _TOPICS, joint=' · ')}")
    if alert.why:
        lines.append(f"*Why here:* {why_line(alert.why)}")
    lines += [
        f"*{words.DATE_WORDS.get(date.kind, date.kind)}:* {words.day(date.on)}"
        for date in alert.dates
    ]
    if alert.companies:
        names = [_company(company.name, company.country) for company in alert.companies]
        lines.append(f"*Companies:* {words.some(names, _COMPANIES)}")
    for heading, values in words.cited(alert).items():
        shown = [link(url, value, LABEL) for value, url in values]
        lines.append(f"*{heading}:* {words.some(shown, _VALUES)}")
    return lines + _related_lines(alert)


def why_line(reasons: Sequence[Why]) -> str:
    """Give the reasons with the phrases found: `Entity List (“added to the Entity List”)`."""
    parts = []
    for why in reasons:
        phrases = [f"“{escape(phrase, PHRASE)}”" for phrase in why.phrases[:_PHRASES] if phrase]
        found = f" ({', '.join(phrases)})" if phrases else ""
        passing = "" if why.main else ", in passing"
        parts.append(f"{escape(words.why_label(why), LABEL)}{passing}{found}")
    return words.some(parts, _REASONS, joint="; ")


def _company(name: str, country: str) -> str:
    shown = escape(name, LABEL)
    return f"{shown} ({escape(country, 40)})" if country else shown


def _related_lines(alert: Alert) -> list[str]:
    lines = [f"*Earlier:* {related_line(one)}" for one in alert.refers_to[:_RELATED]]
    unstored = words.unstored_numbers(alert)
    if unstored:
        numbers = [escape(number, 20) for number in unstored]
        lines.append(f"*Refers to:* {words.some(numbers, _NUMBERS)} (not in the archive)")
    if alert.also_covered:
        others = [link(one.link, one.publication or one.title, LABEL) for one in alert.also_covered]
        lines.append(f"*Also covered by:* {words.some(others, _RELATED)}")
    return lines


def related_line(one: Related) -> str:
    """Give another entry: its headline linked, its number and day."""
    where = ", ".join(
        part for part in (escape(one.number, 20), words.day(one.published.date())) if part
    )
    return f"{link(one.link, one.title, 150)} ({where})"


def _buttons(alert: Alert) -> list[Block]:
    entry = alert.entry_id
    title = clean(alert.title, 40)
    buttons = []
    opening = kit.button("Open", actions.OPEN, url=alert.link, label=f"Open {title}")
    if "url" in opening:
        buttons.append(opening)
    buttons += [
        kit.button("Save for me", "save", encode(actions.SaveEntry(entry)), label=f"Save {title}"),
        kit.button("Share…", "share", encode(actions.ShareForm(entry)), label=f"Share {title}"),
        kit.overflow("more", _more(alert)),
    ]
    return buttons


def _more(alert: Alert) -> list[Block]:
    options = [
        kit.option(
            f"Mute “{clean(why.label, 40)}” here for a week",
            encode(actions.Mute(why.kind, why.target)),
        )
        for why in alert.why[:2]
        if actions.fits(actions.Mute(why.kind, why.target), limits.OPTION_VALUE)
    ]
    return [
        *options,
        kit.option("Not relevant", encode(actions.NotRelevant(alert.entry_id))),
        kit.option("Wrong topic", encode(actions.WrongTopic(alert.entry_id))),
        kit.option("Why did this come?", encode(actions.Explain(alert.entry_id))),
    ]
