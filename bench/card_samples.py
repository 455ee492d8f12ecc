"""One card of each kind, for pictures and Microsoft's renderer. The news are made up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bot.commands.answers import (
    Answer,
    Listing,
    Offer,
    SettingsFormAnswer,
    SettingsList,
    ShareFormAnswer,
)
from bot.commands.cards import render
from bot.messages import actions
from bot.messages.cards import alert_card, notice_card
from bot.messages.digest_cards import digest_cards
from bot.messages.model import (
    Alert,
    Digest,
    DigestGroup,
    DigestItem,
    Handling,
    ReadReport,
    Related,
    Why,
)
from bot.messages.mrkdwn import HIT_END, HIT_START
from bot.news.model import Citation, Company, KeyDate
from bot.news.taxonomy import load_taxonomy
from bot.search.model import Result, Results
from bot.subscriptions.model import (
    ChannelRef,
    ChannelSettings,
    Mode,
    Subscription,
    SubscriptionKind,
)

NOW = datetime(2026, 3, 2, 14, 2, tzinfo=UTC)
HERE = ChannelRef("teams", "tenant", "19:trade@thread.tacv2", "Trade compliance")
ANN, BEN = "29:1ann", "29:1ben"
TITLES = {topic.id: topic.title for topic in load_taxonomy().topics}
TOPICS = tuple(list(TITLES.items())[:10])

ALERT = Alert(
    entry_id=7,
    story_id=3,
    title="BIS Adds Eleven Chip Toolmakers to the Entity List and Widens a Footnote",
    link="https://trade.example/articles/2603020007",
    publication="Trade Control Report",
    published=NOW,
    summary=(
        "The Bureau of Industry and Security said the eleven firms bought etching and deposition "
        "tools for plants that work for the military. Licence applications will be reviewed with "
        "a presumption of denial."
    ),
    topics=("Entity List", "Chip controls", "Foreign direct product rule"),
    why=(
        Why("topic", "entity-list", "Entity List", ("adds eleven", "Entity List"), 0.97),
        Why("watch", "12", "Corvus Deposition", ("Corvus Deposition Ltd",)),
    ),
    companies=(
        Company("Corvus Deposition Ltd", "corvus deposition", "China"),
        Company("Harbin Lumen Optics", "harbin lumen optics", "China"),
    ),
    citations=(
        Citation("eccn", "3B001", "3B001", 0, 5, "summary", "https://ecfr.example/774#3B001"),
        Citation("eccn", "3A090", "3A090", 0, 5, "summary", "https://ecfr.example/774#3A090"),
        Citation(
            "cfr", "15 CFR 744.11", "15 CFR 744.11", 0, 9, "summary", "https://ecfr.example/744"
        ),
    ),
    dates=(KeyDate("effective", date(2026, 3, 9)), KeyDate("comments", date(2026, 5, 1))),
    refers_to=(
        Related(
            "Chip Rule Corrected After Two Weeks",
            "https://trade.example/articles/2602170004",
            "Trade Control Report",
            NOW - timedelta(days=13),
            "2602170004",
        ),
    ),
    also_covered=(Related("Eleven listed", "https://news.example/1", "Harbour Daily", NOW),),
    document_type="Rule",
    handling=Handling(),
)


def samples() -> dict[str, Mapping[str, Any]]:
    """Give a card of each kind, by the name of its picture."""
    taken = Handling("assigned", ANN, NOW + timedelta(minutes=9), BEN, date(2026, 3, 5))
    taken = replace(taken, by_name="Ann Berg", assignee_name="Ben Ito")
    answers: dict[str, Answer] = {
        "search": _listing(),
        "form": _form(),
        "share": ShareFormAnswer(7, ALERT.title),
        "settings": SettingsList((_settings(),), HERE, topic_titles=TITLES),
    }
    channels = ((HERE.channel, HERE.name), ("19:chips@thread.tacv2", "Chips"))
    return {
        "alert": alert_card(ALERT),
        "update": alert_card(replace(ALERT, edited=True, handling=taken)),
        "digest": digest_cards(_digest())[0],
        "notice": notice_card("Harbour Daily cannot be read since 09:10: its certificate ran out."),
        **{name: render(one, channels=channels).cards[0] for name, one in answers.items()},
    }


def _digest() -> Digest:
    def item(number: int, title: str, where: str, reports: int = 1) -> DigestItem:
        link = f"https://trade.example/articles/26030100{number:02}"
        when = NOW - timedelta(hours=number)
        return DigestItem(number, number, title, link, where, when, reports=reports)

    return Digest(
        cause="digest",
        groups=(
            DigestGroup(
                "Sanctions",
                (
                    item(1, "OFAC Lists Nine Tankers and Their Managers", "Harbour Daily", 3),
                    item(2, "General Licence for Wind-Down Runs to June", "Federal Register"),
                ),
            ),
            DigestGroup(
                "Watch: Corvus Deposition",
                (item(3, "Corvus Deposition Says Orders Fell by a Third", "Trade Control Report"),),
            ),
            DigestGroup(
                "Licensing",
                (
                    item(
                        4,
                        "Licence Times Rise to 46 Days, BIS Tells Advisers",
                        "Trade Control Report",
                    ),
                    item(5, "Deemed-Export Rule Sent for Review", "Federal Register", 2),
                ),
            ),
        ),
        stories=9,
        more=4,
        since=NOW - timedelta(days=1),
        until=NOW,
        read=ReadReport(14, 13, 63, ("Harbour Daily",), NOW - timedelta(minutes=3)),
        delivery_id=12,
    )


def _listing() -> Listing:
    def result(number: int, title: str, snippet: str, *topics: str) -> Result:
        link = f"https://trade.example/articles/26022{number}0001"
        marked = snippet.replace("[", HIT_START).replace("]", HIT_END)
        when = NOW - timedelta(days=3 * number)
        where = "Trade Control Report"
        return Result(number, 1, title, link, when, where, topics, marked, "summary", number)

    results = (
        result(
            1,
            "Etching Tools Join the List of Controlled Equipment",
            "… deposition and etching [tools] for [chip] plants need a licence from …",
            "chip-controls",
        ),
        result(
            2,
            "Maker of Used Chip Tools Settles Over Shipments to Listed Plant",
            "… sold four used [chip] [tools] to a buyer that stood on the Entity List …",
            "entity-list",
            "enforcement",
        ),
        result(3, "Allies Weigh Common Rules for Servicing", "… servicing of [chip] [tools] in …"),
    )
    return Listing(
        kind="search",
        title="chip tools",
        results=Results("chip tools", 23, results, 4.0),
        later=actions.SearchPage("chip tools", 5),
        filters=(
            Offer("Chip controls (14)", actions.SearchPage("chip tools topic:chip-controls")),
            Offer("Entity List (6)", actions.SearchPage("chip tools topic:entity-list")),
        ),
        topic_titles=TITLES,
        searched="chip tools",
    )


def _settings() -> ChannelSettings:
    def wants(
        number: int, kind: SubscriptionKind, target: str, label: str, mode: Mode
    ) -> Subscription:
        return Subscription(number, kind, target, label, mode, None, "Ann Berg", NOW)

    first, second = TOPICS[0], TOPICS[2]
    watched = wants(3, "watch", "12", "Corvus Deposition", "instant")
    return ChannelSettings(
        1,
        HERE,
        timezone="Europe/Berlin",
        quiet_from="20:00",
        quiet_to="07:00",
        subscriptions=(
            wants(1, "topic", *first, "instant"),
            wants(2, "topic", *second, "daily"),
            replace(watched, aliases=("Corvus Depo", "CVD Corvus")),
            wants(4, "search", "4", "eccn:3A090 china", "instant"),
        ),
        urgent_topics=(first[0],),
    )


def _form() -> SettingsFormAnswer:
    return SettingsFormAnswer(_settings(), TOPICS)
