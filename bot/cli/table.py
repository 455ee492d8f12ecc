"""Every command: its module, which is imported when the command is called, and what it does."""

from __future__ import annotations

from typing import NamedTuple


class Listed(NamedTuple):
    """One command or group as `exportnews --help` shows it; `help` is its own first line."""

    name: str
    module: str
    panel: str
    help: str


TRY, RUN, NEWS, CHANNELS = "Try it", "Run it", "News", "Channels and what they get"

COMMANDS = (
    Listed(
        "demo",
        "demo",
        TRY,
        "Try it with no account: sample news, and a Slack look-alike in your browser.",
    ),
    Listed("help", "help", TRY, "Say all of one command: how it is written, what it does."),
    Listed("run", "run", RUN, "Watch the feeds and serve Slack and Teams, in one process."),
    Listed("worker", "run", RUN, "Watch the feeds and send what is due (one or many processes)."),
    Listed(
        "web",
        "run",
        RUN,
        "Answer Slack and Teams over HTTP; serve health, metrics and the console.",
    ),
    Listed("teams", "teams", RUN, "Microsoft Teams: the app package, and rights."),
    Listed(
        "doctor",
        "doctor",
        RUN,
        "Check settings, database, feeds, tokens and scopes; say what to do.",
    ),
    Listed(
        "settings",
        "settings",
        RUN,
        "Show every setting, and what it is here; secrets only as set or not set.",
    ),
    Listed("db", "database", RUN, "The database: schema and back-up."),
    Listed("feeds", "feeds", NEWS, "The feeds that are watched, and their health."),
    Listed("search", "search", NEWS, "Search what is stored."),
    Listed(
        "timeline",
        "search",
        NEWS,
        "Show the life of a matter: what came before and after an article, the oldest first.",
    ),
    Listed(
        "import",
        "importing",
        NEWS,
        "Load entries as history: stored, classified and searchable, never alerted.",
    ),
    Listed("topics", "news", NEWS, "Show the topics: what belongs to each and what does not."),
    Listed(
        "classify",
        "news",
        NEWS,
        "Say which topics entries have, and why: reads JSONL from FILE or standard input.",
    ),
    Listed(
        "stories",
        "stories",
        NEWS,
        "Group entries into stories: reads JSONL from FILE or standard input.",
    ),
    Listed(
        "evaluate",
        "evaluate",
        NEWS,
        "Show precision by topic, from a labelled file or from the feedback in the database.",
    ),
    Listed("feedback", "feedback", NEWS, "What people said of alerts: not relevant, wrong topic."),
    Listed("subscribe", "subscriptions", CHANNELS, "Subscribe a channel to topics."),
    Listed("unsubscribe", "subscriptions", CHANNELS, "Take topics from a channel."),
    Listed(
        "subscriptions",
        "subscriptions",
        CHANNELS,
        "Show what the channels of a workspace get, or of all.",
    ),
    Listed("watch", "subscriptions", CHANNELS, "Watch a term for a channel."),
    Listed("unwatch", "subscriptions", CHANNELS, "Watch a term no more."),
    Listed(
        "why",
        "asking",
        CHANNELS,
        "Say why an article came to a channel, or at which step it stopped.",
    ),
    Listed(
        "digest",
        "asking",
        CHANNELS,
        "Show what concerned a channel in the last days, or set when its digests come.",
    ),
    Listed(
        "reminders",
        "reminders",
        CHANNELS,
        "List the reminders of dates that are still to come, the next first.",
    ),
    Listed("unremind", "reminders", CHANNELS, "Cancel a reminder."),
    Listed(
        "audit",
        "audit",
        CHANNELS,
        "Show what teams did with alerts: who, when, what, on which text; the oldest first.",
    ),
    Listed("deliveries", "deliveries", CHANNELS, "What was sent, is owed, or was given up."),
)
