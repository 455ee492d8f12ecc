"""An example of every command, and the commands to look at next; shown below its own help."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class Shown(NamedTuple):
    """What stands below the help of a command: words to type after `exportnews`, and others."""

    example: str
    related: tuple[str, ...]


_HERE = "--workspace T0123456789 --channel C0123456789"

EXAMPLES: Mapping[str, Shown] = {
    "demo": Shown("demo --once", ("run",)),
    "run": Shown("run --once", ("doctor", "demo", "worker", "web")),
    "worker": Shown("worker", ("web", "run")),
    "web": Shown("web --port 3000", ("worker", "run")),
    "teams package": Shown("teams package --website https://www.example.com", ("doctor",)),
    "teams permission": Shown("teams permission admins", ("teams package",)),
    "doctor": Shown("doctor", ("settings", "feeds list", "deliveries")),
    "settings": Shown("settings", ("doctor",)),
    "db upgrade": Shown("db upgrade", ("db backup", "doctor")),
    "db backup": Shown("db backup exportnews.bak", ("db restored", "db upgrade")),
    "db restored": Shown("db restored", ("db backup", "deliveries")),
    "feeds list": Shown("feeds list", ("feeds check", "feeds add")),
    "feeds add": Shown("feeds add https://www.example.com/feed.xml", ("feeds check", "feeds list")),
    "feeds remove": Shown("feeds remove 12", ("feeds list", "feeds pause")),
    "feeds pause": Shown("feeds pause 12", ("feeds resume", "feeds list")),
    "feeds resume": Shown("feeds resume 12", ("feeds pause", "feeds list")),
    "feeds import": Shown("feeds import list.opml", ("feeds export", "feeds list")),
    "feeds export": Shown("feeds export list.opml", ("feeds import",)),
    "feeds check": Shown("feeds check https://www.example.com/feed.xml", ("feeds add",)),
    "search": Shown("search 'topic:entity-list from:2025-01-01'", ("import", "topics")),
    "timeline": Shown("timeline 2310170055", ("search", "stories")),
    "import": Shown("import archive.jsonl", ("search", "classify")),
    "topics": Shown("topics", ("classify", "subscribe")),
    "classify": Shown("classify news.jsonl --json", ("topics", "evaluate", "stories")),
    "stories": Shown("stories news.jsonl --json", ("classify",)),
    "evaluate": Shown("evaluate labelled.jsonl", ("classify", "topics", "feedback list")),
    "feedback list": Shown("feedback list --json", ("feedback add", "evaluate")),
    "feedback add": Shown(
        "feedback add 2611270011 --verdict wrong-topic --topic sanctions",
        ("feedback list", "feedback undo", "evaluate"),
    ),
    "feedback undo": Shown("feedback undo 4711 --verdict not-relevant", ("feedback list",)),
    "subscribe": Shown(
        f"subscribe entity-list sanctions {_HERE}", ("unsubscribe", "subscriptions", "topics")
    ),
    "unsubscribe": Shown(f"unsubscribe sanctions {_HERE}", ("subscribe", "subscriptions")),
    "subscriptions": Shown("subscriptions --workspace T0123456789", ("subscribe", "watch")),
    "watch": Shown(f"watch 'ACME Corp' --alias 'ACME Ltd' {_HERE}", ("unwatch", "subscriptions")),
    "unwatch": Shown(f"unwatch 'ACME Corp' {_HERE}", ("watch", "subscriptions")),
    "why": Shown(f"why https://www.example.com/article {_HERE}", ("subscriptions", "digest")),
    "digest": Shown(f"digest 3 days {_HERE}", ("why", "subscriptions")),
    "reminders": Shown("reminders --workspace T0123456789", ("unremind", "deliveries")),
    "unremind": Shown("unremind 4711", ("reminders",)),
    "audit": Shown("audit --csv --since 2026-01-01", ("deliveries",)),
    "deliveries": Shown("deliveries --state dead", ("deliveries retry", "doctor")),
    "deliveries retry": Shown("deliveries retry 4711", ("deliveries", "deliveries resume")),
    "deliveries resume": Shown("deliveries resume --all", ("deliveries retry", "doctor")),
    "help": Shown("help subscribe", ("doctor", "settings")),
}


def add_examples(name: str, command: Any) -> None:  # noqa: ANN401 - typer's own
    """Put examples below the help of a command and of those under it."""
    if shown := EXAMPLES.get(name):
        related = ", ".join(f"exportnews help {one}" for one in shown.related)
        command.epilog = f"Example: exportnews {shown.example}\n\nSee also: {related}"
    for under, one in getattr(command, "commands", {}).items():
        add_examples(f"{name} {under}", one)
