"""What the demo's box offers to type after `/exportnews`."""

from __future__ import annotations

from bot.demo.slack.page.server import Hint
from bot.news.taxonomy import load_taxonomy

_COMMANDS = (
    Hint("help", "What can be asked, with examples"),
    Hint("latest", "The newest stories"),
    Hint("latest entity-list", "The newest of one topic"),
    Hint("search chip tools", "Search the archive; any words do"),
    Hint('"foreign direct product rule" -netherlands', "A phrase, without a word"),
    Hint(
        "topic:enforcement from:2023-11-01", "Fields: topic, from, to, source, company, eccn, cite"
    ),
    Hint("eccn:3A090", "Everything that cites an ECCN"),
    Hint("topics", "What each topic means"),
    Hint("subscribe entity-list", "Alerts of a topic in this channel"),
    Hint("subscribe sanctions daily", "A digest once a day instead"),
    Hint("unsubscribe entity-list", "No more of a topic"),
    Hint("subscriptions", "What this channel gets"),
    Hint("settings", "This channel's settings as a form"),
    Hint("watch Halvorsen Lithography", "Alerts when a company is in the news"),
    Hint("unwatch Halvorsen Lithography", "No more of it"),
    Hint("digest 08:30", "When the daily digest comes"),
    Hint("quiet 19:00-07:30", "Hold alerts at night"),
    Hint("timezone Europe/Amsterdam", "This channel's time zone"),
    Hint("feeds", "The publications and how they are"),
)
_TAKE_TOPICS = ("subscribe", "unsubscribe", "latest")


def hints() -> tuple[Hint, ...]:
    """Give the commands, then each with every topic that it takes."""
    topics = [
        Hint(f"{command} {topic.id}", topic.title)
        for command in _TAKE_TOPICS
        for topic in load_taxonomy().topics
    ]
    known = {hint.text for hint in _COMMANDS}
    return (*_COMMANDS, *(hint for hint in topics if hint.text not in known))
