"""What people type is read as they mean it; what is no command is searched for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.model import (
    CatchUp,
    Changes,
    Command,
    DigestTime,
    Feeds,
    Help,
    Latest,
    Mention,
    Permission,
    Quiet,
    Resume,
    Saved,
    SaveSearch,
    Score,
    Search,
    Settings,
    Subscribe,
    Subscriptions,
    Timezone,
    Topics,
    Try,
    Unsubscribe,
    Unwatch,
    Updates,
    Urgent,
    Watch,
    Why,
)
from bot.commands.parser import MAX_TEXT, parse
from bot.commands.spans import parse_span

TRADE = Mention("C0123", "trade")


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("", Help()),
        ("   ", Help()),
        ("help", Help()),
        ("HELP subscribe", Help("subscribe")),
        ("chip licences", Search("chip licences")),
        ("search chip licences", Search("chip licences")),
        ("topics", Topics()),
        ("feeds", Feeds()),
        ("saved", Saved()),
        ("latest", Latest()),
        ("Latest Entity List", Latest("Entity List")),
        ("subscribe", Subscribe(())),
        ("subscribe entity-list", Subscribe(("entity-list",))),
        ("subscribe entity-list sanctions", Subscribe(("entity-list", "sanctions"))),
        ("subscribe entity-list and sanctions", Subscribe(("entity-list", "sanctions"))),
        (
            "subscribe chip controls, sanctions daily",
            Subscribe(("chip", "controls", ",", "sanctions"), mode="daily"),
        ),
        ('subscribe "chip controls"', Subscribe(("chip controls",))),
        ("subscribe sanctions <#C0123|trade> weekly", Subscribe(("sanctions",), TRADE, "weekly")),
        ("subscribe sanctions weekly <#C0123|trade>", Subscribe(("sanctions",), TRADE, "weekly")),
        ("subscribe <#C0123|trade> sanctions", Subscribe(("sanctions",), TRADE)),
        ("subscribe sanctions to <#C0123|trade>", Subscribe(("sanctions",), TRADE)),
        ("subscribe sanctions #Trade-News", Subscribe(("sanctions",), Mention("", "trade-news"))),
        ("subscribe sanctions <#C0123>", Subscribe(("sanctions",), Mention("C0123", ""))),
        ("try entity-list daily", Try(("entity-list",))),
        ("unsubscribe sanctions <#C0123|trade>", Unsubscribe(("sanctions",), TRADE)),
        ("subscriptions", Subscriptions()),
        ("subscriptions <#C0123|trade>", Subscriptions(TRADE)),
        ("changes", Changes()),
        ("settings", Settings()),
        ("resume <#C0123|trade>", Resume(TRADE)),
        ("watch Acme Corp", Watch("Acme Corp")),
        ("watch Acme = Acme Ltd, Akme", Watch("Acme", ("Acme Ltd", "Akme"))),
        (
            'watch Acme = Acme Tools Co., Ltd., "Akme, Inc.", ACM S.A. de C.V., SIA, Limited Acme',
            Watch(
                "Acme",
                ("Acme Tools Co., Ltd.", "Akme, Inc.", "ACM S.A. de C.V.", "SIA", "Limited Acme"),
            ),
        ),
        ("watch 华为＝华为技术，海思、有限公司", Watch("华为", ("华为技术", "海思, 有限公司"))),
        ("watch “Smith &amp; Sons” daily", Watch("Smith & Sons", mode="daily")),
        ("watch 3A090 <#C0123|trade>", Watch("3A090", channel=TRADE)),
        ("unwatch Acme Corp", Unwatch("Acme Corp")),
        ('unwatch "Acme Corp" = Acme, ACM', Unwatch("Acme Corp")),
        ("save search eccn:3A090 china weekly", SaveSearch("eccn:3A090 china", mode="weekly")),
        ("drop search eccn:3A090", SaveSearch("eccn:3A090", drop=True)),
        ("digest", CatchUp()),
        ("digest 3 days", CatchUp("3 days")),
        ("digest week", CatchUp("week")),
        ("digest 5", CatchUp("5")),
        ("digest 08:30", DigestTime("08:30")),
        ("digest at 8am on Monday", DigestTime("8am", "Monday")),
        ("digest at 8 <#C0123|trade>", DigestTime("8", channel=TRADE)),
        ("quiet", Quiet()),
        ("quiet 22:00-07:00", Quiet("22:00-07:00")),
        ("quiet off <#C0123|trade>", Quiet("off", TRADE)),
        ("urgent entity-list", Urgent(("entity-list",))),
        ("timezone", Timezone()),
        ("timezone New York", Timezone("New York")),
        ("score 0.7", Score("0.7")),
        ("updates on", Updates("on")),
        ("permission", Permission()),
        ("permission admins", Permission("admins")),
        ("why https://a.example/x?a=1&amp;b=2", Why("https://a.example/x?a=1&b=2")),
        ("why <https://a.example/x|a.example>", Why("https://a.example/x")),
        ("why 2311160003", Why("2311160003")),
        ("why", Why("")),
        ("topics entity list", Topics("entity list")),
        ("<@U0BOT> latest", Latest()),
        ("<@U0BOT|exportnews>, chips", Search("chips")),
    ],
)
def test_commands(text: str, command: Command) -> None:
    assert parse(text) == command


@pytest.mark.parametrize(
    "text",
    [
        "feeds down",
        "saved by the bell",
        "why now",
        "save the whales",
        "drop in exports",
        "permission slips",
        "subscriptions fall",
        "settings changed",
        "lastest chips",
    ],
)
def test_what_only_begins_like_a_command_is_a_search(text: str) -> None:
    found = parse(text)
    assert isinstance(found, Search)
    assert found.text == text
    assert found.command or found.near == "latest chips"


@pytest.mark.parametrize(
    ("typed", "searched"),
    [
        ("“entity list” chips", '"entity list" chips'),
        ("‘chips’", "'chips'"),
        ("„chips“", '"chips"'),
        ("chips –china", "chips -china"),
        ("a &lt; b &amp;&amp; c", "a < b && c"),
        ('topic:entity-list from:2023-11-01 source:"Federal Register" cite:2311160003', None),
        ("eccn:3A090 OR +company:acme", None),
        ("see <https://a.example|this> in <#C1|trade>", "see https://a.example in #trade"),
        ("mail <mailto:a@b.example|a@b.example>", "mail a@b.example"),
        ("no\u00a0break", "no break"),
    ],
)
def test_a_search_arrives_as_it_was_meant(typed: str, searched: str | None) -> None:
    assert parse(f"search {typed}") == Search(searched if searched is not None else typed)


def test_a_long_text_is_cut_and_said_to_be() -> None:
    assert parse("x" * (MAX_TEXT + 1)) == Search("x" * MAX_TEXT, cut=True)
    assert parse("x" * MAX_TEXT) == Search("x" * MAX_TEXT)


@given(st.one_of(st.text(max_size=300), st.text(alphabet='<>|#@C1 subscribe"=,&;-', max_size=200)))
def test_whatever_is_typed_is_read(text: str) -> None:
    parse(text)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("", 1),
        ("today", 1),
        ("yesterday", 2),
        ("3 days", 3),
        ("last 3 days", 3),
        ("this week", 7),
        ("2w", 14),
        ("month", 30),
        ("36 hours", 2),
        ("10", 10),
        ("since forever", None),
        ("9999", None),
    ],
)
def test_spans(text: str, days: int | None) -> None:
    assert parse_span(text) == days
