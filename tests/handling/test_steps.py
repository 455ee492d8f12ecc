"""Promise: what a team does with an alert is shown to all, reminded of once, and kept."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError

from bot.errors import UsageError
from bot.handling.export import COLUMNS, as_csv
from bot.handling.model import Person, Step
from bot.messages.handling import STEPS
from bot.retention import prune
from bot.settings import load_settings
from bot.storage.tables import delivery, entry, handling, story
from bot.subscriptions.model import ChannelRef
from tests.handling.team import BEN, LINK, TITLE, Team

ANN = Person("U0ANN", "Ann")
FRIDAY = date(2026, 3, 6)


async def test_a_step_owes_the_message_a_new_text_that_shows_it(team: Team) -> None:
    await team.take(Step("acknowledge"))
    ((owed, message),) = await team.composed()
    assert (owed.kind, owed.entry_id) == ("update", team.entry)
    assert "Acknowledged by <@U0BEN>" in str(message.blocks)
    assert "Changed since it was posted" not in str(message.blocks)


async def test_an_assignment_is_told_now_and_reminded_once_on_the_day(team: Team) -> None:
    await team.take(Step("assign", ANN, FRIDAY))
    update_, told, reminder = await team.composed()
    assert "Assigned to <@U0ANN>, due 6 Mar 2026" in str(update_[1].blocks)
    assert told[0].address.channel == reminder[0].address.channel == "U0ANN"
    assert "Ben assigned this to you" in told[1].text
    assert told[0].created_at == team.clock()
    assert reminder[0].created_at == datetime(2026, 3, 6, 9, 0, tzinfo=UTC)
    assert LINK in str(reminder[1].blocks)
    assert TITLE in reminder[1].text


@pytest.mark.parametrize(
    "then",
    [Step("done"), Step("reopen"), Step("not-applicable", reason="We sell none of that.")],
)
async def test_what_is_settled_is_not_reminded_of(team: Team, then: Step) -> None:
    await team.take(Step("assign", BEN, FRIDAY))
    await team.take(then)
    assert [one.kind for one in await team.owed()] == ["update", "update"]


async def test_who_it_is_assigned_to_anew_is_reminded_alone(team: Team) -> None:
    await team.take(Step("assign", BEN, FRIDAY))
    await team.take(Step("assign", ANN, FRIDAY + timedelta(days=1)))
    reminded = [one for one in await team.owed() if one.subject.startswith("remind:")]
    assert [one.address.channel for one in reminded] == ["U0ANN"]


async def test_a_person_sees_what_is_assigned_to_them_until_it_is_settled(team: Team) -> None:
    await team.take(Step("assign", ANN, FRIDAY))
    (mine,) = await team.handling.work_of("slack", "T1", "U0ANN")
    assert (mine.title, mine.step.due) == (TITLE, FRIDAY)
    assert await team.handling.work_of("slack", "T1", "U0BEN") == ()
    assert await team.handling.work_of("slack", "T2", "U0ANN") == ()
    await team.take(Step("done"))
    assert await team.handling.work_of("slack", "T1", "U0ANN") == ()


@pytest.mark.parametrize(
    ("step", "sentence"),
    [
        (Step("done"), "Nobody has taken this on yet"),
        (Step("not-applicable", reason=" "), "Say why"),
        (Step("not-applicable", reason="x" * 1_001), "at most 1,000"),
        (Step("assign", ANN), "until when"),
        (Step("assign", None, FRIDAY), "to whom"),
        (Step("assign", ANN, date(2026, 3, 1)), "is past"),
    ],
)
async def test_what_cannot_be_is_one_sentence_and_no_record(
    team: Team, step: Step, sentence: str
) -> None:
    with pytest.raises(UsageError, match=sentence):
        await team.take(step)
    assert await team.records() == []
    assert await team.owed() == []


async def test_of_two_at_once_one_acknowledges(team: Team) -> None:
    took = await asyncio.gather(
        team.take(Step("acknowledge"), BEN),
        team.take(Step("acknowledge"), ANN),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in took) == ["Taken", "UsageError"]
    assert len(await team.records()) == 1


@pytest.mark.parametrize("other", ["C0OTHER", "C0HERE"])
async def test_another_channel_or_workspace_cannot_handle_it(team: Team, other: str) -> None:
    workspace = "T1" if other != "C0HERE" else "T2"
    await team.desk.subscriptions.install("slack", workspace)
    elsewhere = ChannelRef("slack", workspace, other)
    with pytest.raises(UsageError, match="did not come to this channel"):
        await team.take(Step("acknowledge"), ref=elsewhere)


async def test_the_record_is_only_added_to(team: Team) -> None:
    await team.take(Step("acknowledge"))
    with pytest.raises(DBAPIError, match="never changed"):
        async with team.db.write() as conn:
            await conn.execute(update(handling).values(reason="something else"))


async def test_the_record_outlives_the_article_until_its_own_time(team: Team) -> None:
    await team.take(Step("not-applicable", reason="We sell none of that."))
    async with team.db.write() as conn:
        await conn.execute(delete(delivery))
        await conn.execute(delete(entry))
        await conn.execute(delete(story))
    (record,) = await team.records()
    assert (record.title, record.link, record.actor) == (TITLE, LINK, BEN)
    assert len(record.text_hash) == 64
    assert load_settings().exportnews_keep_handling_days == 5 * 365 + 2
    settings = load_settings(exportnews_keep_handling_days=30)
    team.clock.advance(days=29)
    assert (await prune(team.db, settings)).records == 0
    team.clock.advance(days=2)
    assert (await prune(team.db, settings)).records == 1
    assert await team.records() == []


async def test_the_record_as_csv_says_who_when_what_on_which_text(team: Team) -> None:
    await team.take(Step("assign", Person("U0ANN", "=cmd|Ann"), FRIDAY))
    await team.take(Step("not-applicable", reason='We sell "none"\nof that, at all.'))
    head, assigned, dismissed = [line async for line in as_csv(team.handling.records())]
    assert head == ",".join(COLUMNS) + "\n"
    assert "2026-03-02T15:00:00Z,T1,C0HERE,here,U0BEN,Ben,assign,U0ANN,'=cmd|Ann" in assigned
    assert ",2026-03-06,," in assigned
    assert 'not-applicable,,,,"We sell ""none"" of that, at all.",' in dismissed
    assert f"{TITLE},{LINK},Trade Daily" in dismissed


async def test_records_are_read_by_workspace_and_day(team: Team) -> None:
    await team.take(Step("acknowledge"))
    team.clock.advance(days=1)
    await team.take(Step("done"))
    noon = datetime(2026, 3, 3, 0, 0, tzinfo=UTC)
    later = [one.step.name async for one in team.handling.records(since=noon)]
    earlier = [one.step.name async for one in team.handling.records(until=noon)]
    assert (earlier, later) == (["acknowledge"], ["done"])
    assert [one async for one in team.handling.records(workspace_id="T2")] == []


def test_every_state_can_be_left() -> None:
    assert all(STEPS.values())
