"""Promise: a matter is told of once and followed to its end, in one thread and on one time line."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.cli import build
from bot.demo.setting import DemoClock
from bot.demo.slack import SlackLookalike
from bot.demo.slack.faults import CutAfter, Status
from bot.demo.slack.model import StoredMessage
from bot.runtime import Runtime
from tests.support.bot import open_bot, settings_for
from tests.support.newsroom import Item, Newsroom, open_newsroom, rss
from tests.support.slack import CHANNEL, MEMBER, open_slack

PRESS, AGENCY = "/press.xml", "/agency.xml"
DESK, REGISTER = "/public-inspection-documents/current.json", "/documents.json"
_SITE = "https://www.federalregister.gov"
CATALOGUE = """replace = true
[[publication]]
name = "Trade Wire"
url = "http://wire.example"
[[publication.feed]]
url = "{0}/press.xml"
every = "1m"
show = "summary"
[[publication]]
name = "The Bureau"
url = "http://bureau.example"
[[publication.feed]]
url = "{0}/agency.xml"
every = "1m"
show = "summary"
[[publication]]
name = "Register desk"
url = "http://desk.example"
[[publication.feed]]
url = "{0}/public-inspection-documents/current.json"
kind = "federal-register"
every = "1m"
show = "summary"
[[publication]]
name = "Register"
url = "http://register.example"
[[publication.feed]]
url = "{0}/documents.json"
kind = "federal-register"
every = "1m"
show = "summary"
"""


@dataclass
class World:
    """Four publications, a Slack, and the bot between them."""

    newsroom: Newsroom
    slack: SlackLookalike
    bot: Runtime
    clock: DemoClock
    database_url: str
    items: dict[str, list[Item]] = field(default_factory=dict)
    documents: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def report(self, path: str, title: str, link: str, text: str) -> None:
        listed = self.items.setdefault(path, [])
        listed.insert(0, Item(title, link, link, text, self.clock()))
        self.newsroom.serve(path, rss(*listed))

    def file(self, path: str, **document: Any) -> None:
        """List a document, filed now or published on this day."""
        number = document["document_number"]
        now = self.clock()
        common = {"type": "Rule", "publication_date": f"{now:%Y-%m-%d}"}
        if path == DESK:
            common |= {
                "filed_at": now.isoformat(),
                "html_url": f"{_SITE}/public-inspection/{number}/x",
            }
        else:
            common["html_url"] = f"{_SITE}/documents/{now:%Y/%m/%d}/{number}/x"
        listed = self.documents.setdefault(path, [])
        listed.insert(0, common | document)
        body = json.dumps({"count": len(listed), "results": listed}).encode()
        self.newsroom.serve(path, body, content_type="application/json")

    async def round(self, *, days: float = 0) -> None:
        """Let feeds come due, poll, send; then some days pass."""
        self.clock.skip(65)
        await self.bot.once()
        self.clock.skip(days * 86_400)

    async def life_of(self, asked: str) -> list[tuple[str, str]]:
        """Give what `exportnews timeline` shows: steps and titles, the oldest first."""
        return [(one["step"], one["title"]) for one in await self.results("timeline", asked)]

    async def results(self, *command: str) -> list[dict[str, Any]]:
        """Give what a command of `exportnews` finds."""
        env = {"DATABASE_URL": self.database_url}
        asked = [*command, "--json"]
        shown = await asyncio.to_thread(CliRunner().invoke, build(), asked, env=env)
        assert shown.exit_code == 0, shown.output
        listed: list[dict[str, Any]] = json.loads(shown.stdout)["results"]
        return listed

    @property
    def told(self) -> list[StoredMessage]:
        return self.slack.messages(CHANNEL)


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with AsyncExitStack() as stack:
        newsroom = await stack.enter_async_context(open_newsroom())
        clock = DemoClock()
        slack = await stack.enter_async_context(open_slack(clock=clock))
        catalogue = tmp_path / "catalogue.toml"
        catalogue.write_text(CATALOGUE.format(newsroom.url), "utf-8")
        bot = await stack.enter_async_context(
            open_bot(settings_for(database_url, catalogue, slack), clock)
        )
        assert await bot.connect()
        opened = World(newsroom, slack, bot, clock, database_url)
        for path in (PRESS, AGENCY):
            opened.report(
                path, "Potato Chip Maker Opens Fryer", f"https://x.example{path}", "Salt."
            )
        for path in (DESK, REGISTER):
            opened.file(path, document_number="2025-00001", title="Fisheries; Halibut")
        await slack.slash("watch turbine test benches", channel=CHANNEL, user=MEMBER)
        await opened.round(days=1)
        yield opened


BENCHES = "Controls on Turbine Test Benches"
LEAK = "https://wire.example/article/2026/02/03/commerce-weighs-benches-2602020011"


async def test_from_the_leak_to_the_court(world: World) -> None:
    world.report(PRESS, "Commerce Weighs Controls on Turbine Test Benches", LEAK, "Officials said.")
    await world.round(days=12)
    world.file(
        DESK,
        document_number="2026-04567",
        title=BENCHES,
        docket_numbers=["260227-0061"],
    )
    await world.round(days=0.1)
    world.report(
        AGENCY,
        "BIS Announces Controls on Turbine Test Benches",
        "https://www.bis.gov/press-release/controls-turbine-test-benches",
        "The rule on turbine test benches is on public inspection.",
    )
    await world.round(days=1)
    world.file(
        REGISTER,
        document_number="2026-04567",
        title=BENCHES,
        abstract="BIS adds a control on turbine test benches.",
        citation="91 FR 10234",
        effective_on=f"{world.clock():%Y-%m-%d}",
        docket_ids=["Docket No. 260227-0061"],
        regulation_id_numbers=["0694-AK11"],
        cfr_references=[{"title": 15, "part": 774}],
    )
    world.file(
        REGISTER,
        document_number="2026-04568",
        title="Order Denying Export Privileges: Ulla Varg",
        citation="91 FR 10234",
    )
    await world.round(days=0.2)
    world.report(
        PRESS,
        "New Controls Hit Turbine Test Benches",
        "https://wire.example/article/2026/02/20/new-controls-2602190004",
        "BIS published 2026-04567, a control on turbine test benches (see 2602020011).",
    )
    await world.round(days=20)
    world.file(
        REGISTER,
        document_number="C1-2026-04567",
        title=f"{BENCHES}; Correction",
        correction_of="https://www.federalregister.gov/api/v1/documents/2026-04567",
        citation="91 FR 12001",
    )
    await world.round(days=10)
    world.report(
        PRESS,
        "Toolmakers Sue Over Turbine Test Benches",
        "https://wire.example/article/2026/03/28/toolmakers-sue-2603270002",
        "They attack 91 FR 10234 before the district court, case 1:26-cv-00412.",
    )
    await world.round(days=90)
    world.report(
        PRESS,
        "Judge Lets Rule on Turbine Test Benches Stand",
        "https://wire.example/article/2026/06/30/judge-lets-2606290007",
        "The case is 1:26-cv-00412.",
    )
    await world.round()
    first, filed, *answers = world.told
    assert "Commerce Weighs" in first.text
    assert (first.thread_ts, filed.thread_ts) == (None, None), "nothing ties a leak to its rule yet"
    assert [(one.thread_ts, one.text.removeprefix("Follow-up: ")) for one in answers] == [
        (filed.ts, f"turbine test benches: {title}")
        for title in (
            f"{BENCHES} (Register)",
            f"{BENCHES}; Correction (Register)",
            "Toolmakers Sue Over Turbine Test Benches (Trade Wire)",
            "Judge Lets Rule on Turbine Test Benches Stand (Trade Wire)",
        )
    ], "one alert; what is next stands in its thread; reports of what is known are not told"
    for shown in ("91 FR 10234", "0694-AK11", "260227-0061", "15 CFR 774", "Effective"):
        assert shown in answers[0].shown
    life = await world.life_of("2026-04567")
    assert life == [
        ("Early report", "Commerce Weighs Controls on Turbine Test Benches"),
        ("Public inspection", BENCHES),
        ("Press release", "BIS Announces Controls on Turbine Test Benches"),
        ("Rule", BENCHES),
        ("Report", "New Controls Hit Turbine Test Benches"),
        ("Correction", f"{BENCHES}; Correction"),
        ("Court", "Toolmakers Sue Over Turbine Test Benches"),
        ("Court", "Judge Lets Rule on Turbine Test Benches Stand"),
    ]
    for asked in ("C1-2026-04567", "2602190004", "2606290007", LEAK, "0694-AK11", "260227-0061",
                  "91 FR 12001", "1:26-cv-00412", "rin 0694-ak11"):  # fmt: skip
        assert await world.life_of(asked) == life
    typed = await world.slack.slash("timeline 2026-04567", channel=CHANNEL, user=MEMBER)
    assert "_Public inspection · Register desk" in typed.text


async def test_a_step_that_the_channel_does_not_ask_for_breaks_no_thread(world: World) -> None:
    world.file(REGISTER, document_number="2026-04567", title=BENCHES, citation="91 FR 10234")
    await world.round(days=5)
    world.file(
        REGISTER,
        document_number="C1-2026-04567",
        title="Miscellaneous Corrections",
        correction_of="https://www.federalregister.gov/api/v1/documents/2026-04567",
        citation="91 FR 12001",
    )
    await world.round(days=10)
    world.report(
        PRESS,
        "Toolmakers Sue Over Turbine Test Benches",
        "https://wire.example/article/2026/03/28/toolmakers-sue-2603270002",
        "They attack 91 FR 12001 before the district court.",
    )
    await world.round()
    first, sued = world.told
    assert (sued.thread_ts, sued.broadcast) == (first.ts, True)


OIL = ("Two Oil Companies of Russia Designated by Treasury", "https://wire.example/oil-is-told-1")
GAS = ("Brussels Adopts a Ban on Russian Gas", "https://bureau.example/gas-is-told-2")


async def test_what_may_be_the_same_story_answers_it_once_and_says_so(world: World) -> None:
    await world.slack.slash("watch Russia = Russian", channel=CHANNEL, user=MEMBER)
    world.report(PRESS, *OIL, "")
    await world.round(days=0.1)
    world.slack.plan("chat.postMessage", Status(429, retry_after=2), CutAfter())
    world.report(AGENCY, *GAS, "")
    for _ in range(4):
        await world.round()
    world.report(PRESS, GAS[0], "https://wire.example/gas-is-told-3", "")
    await world.round()
    alert, answer = world.told
    assert (answer.thread_ts, answer.broadcast) == (alert.ts, False)
    assert answer.text == f"May be the same story: Russia: {GAS[0]} (The Bureau)"
    assert f"*Earlier report:* <{OIL[1]}|{OIL[0]}>" in answer.shown
    shown = await world.slack.slash(f"why {GAS[1]}", channel=CHANNEL, user=MEMBER)
    assert f"may be the same story as “{OIL[0]}”, " in shown.text
    assert "It was sent on" in shown.text
    life = await world.slack.slash("timeline " + OIL[1], channel=CHANNEL, user=MEMBER)
    assert "may be the same story, " in life.text
    assert "· same story" in life.text
    found = await world.results("timeline", OIL[1])
    assert [one["title"] for one in found] == [OIL[0], GAS[0], GAS[0]]
    assert ["perhaps" in one for one in found] == [False, True, True]
    assert [one.get("sure") for one in found] == [None, None, 1.0]


async def test_quiet_hours_hold_what_may_be_one_story_as_two_lines(world: World) -> None:
    for typed in ("watch Russia = Russian", "quiet 00:00-23:59"):
        await world.slack.slash(typed, channel=CHANNEL, user=MEMBER)
    world.report(PRESS, *OIL, "")
    await world.round()
    world.report(AGENCY, *GAS, "")
    await world.round(days=1)
    await world.round()
    (held,) = world.told
    assert OIL[0] in held.shown
    assert f"may be the same as “{OIL[0]}”" in held.shown
