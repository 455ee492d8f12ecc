"""Promise: a reminder is set once, comes on a working day, is listed, and can be cancelled."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from bot.commands import forms
from bot.commands.answers import RemindersList, Sentence
from bot.errors import UsageError
from bot.handling import reminders
from bot.handling.dates import Reminding, remind
from bot.handling.model import Step
from bot.handling.reminding import working_day
from bot.messages.actions import Unremind
from bot.subscriptions.model import Actor
from tests.commands.desk import ANN, shown
from tests.handling.team import BEN, HERE, Team

DAY = date(2026, 12, 2)
"""A Wednesday."""
OTHER = Actor(BEN.id, BEN.name)


def asked(team: Team, days: int = 1, **more: str) -> Reminding:
    to = {"whom": "channel", "to": HERE.channel} | more
    return Reminding(team.entry, DAY, "effective", days, timezone="UTC", **to)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("day", "today", "told"),
    [
        ("2026-12-02", "2026-11-01", "2026-12-02"),
        ("2026-12-05", "2026-11-01", "2026-12-04"),
        ("2026-12-06", "2026-12-04", "2026-12-04"),
        ("2026-12-06", "2026-12-05", "2026-12-06"),
    ],
)
def test_a_weekend_is_told_of_on_friday_unless_that_is_past(
    day: str, today: str, told: str
) -> None:
    found = working_day(date.fromisoformat(day), date.fromisoformat(today))
    assert found == date.fromisoformat(told)


async def test_the_same_is_set_once_and_may_be_set_again_when_it_was_cancelled(
    team: Team,
) -> None:
    first = await remind(team.db, HERE, asked(team), ANN)
    again = await remind(team.db, HERE, asked(team), OTHER)
    assert (first.new, again.new, again.reminder.id) == (True, False, first.reminder.id)
    assert first.reminder.by == ANN.id
    assert first.reminder.at == datetime(2026, 12, 1, 9, tzinfo=UTC)
    await reminders.cancel(team.db, first.reminder, OTHER)
    with pytest.raises(UsageError, match="There is no such reminder"):
        await reminders.cancel(team.db, first.reminder, OTHER)
    assert (await remind(team.db, HERE, asked(team), ANN)).new
    changes = await team.desk.subscriptions.changes("slack", "T1", ref=HERE)
    kinds = [(one.action, one.actor) for one in changes if "remind" in one.action]
    assert kinds == [("remind", ANN.id), ("unremind", OTHER.id), ("remind", ANN.id)]


async def test_two_days_of_one_weekend_are_one_reminder_on_friday(team: Team) -> None:
    on_sunday = await remind(team.db, HERE, asked(team, 3), ANN)
    assert on_sunday.moved_from == date(2026, 11, 29)
    assert on_sunday.reminder.at == datetime(2026, 11, 27, 9, tzinfo=UTC)
    (message,) = [said for owed, said in await team.composed() if owed.kind == "notice"]
    assert "Effective: 2 Dec 2026 (in 5 days)." in message.text


async def test_a_reminder_of_a_kind_that_is_new_is_listed_under_its_name(team: Team) -> None:
    await remind(team.db, HERE, asked(team), ANN)
    (one,) = await reminders.listed(team.db)
    assert replace(one, kind="hearing").what == "hearing: 2 Dec 2026"


async def form(team: Team, whom: str, days: int = 1) -> str:
    answer = await team.desk.commands.submit(
        forms.RemindSubmitted(team.entry, HERE.channel, "effective", DAY, days, whom),  # type: ignore[arg-type]
        team.desk.context,
    )
    assert isinstance(answer, Sentence)
    return answer.text


async def test_people_list_and_cancel_their_own_and_their_channels(team: Team) -> None:
    desk = team.desk
    assert "No reminder is set here" in await desk.say("reminders")
    assert "You are reminded on 1 Dec 2026" in await form(team, "me")
    assert "You are reminded already on 1 Dec 2026" in await form(team, "me")
    sunday = await form(team, "channel", 3)
    assert "27 Nov 2026" in sunday
    assert "the working day before: 29 Nov 2026 is a Sunday" in sunday
    mine = await desk.ask("reminders")
    assert isinstance(mine, RemindersList)
    assert [one.direct for one in mine.reminders] == [False, True]
    for said in ("2 reminders to come", "Cancel", "Effective: 2 Dec 2026", "set by"):
        assert said in shown(mine)
    theirs = await desk.ask("reminders", actor=OTHER)
    assert isinstance(theirs, RemindersList)
    assert [one.direct for one in theirs.reminders] == [False]
    direct = mine.reminders[1].id
    assert "There is no such reminder" in await desk.say(f"unremind {direct}", actor=OTHER)
    assert "Cancelled: you are not reminded" in await desk.say(f"unremind {direct}")
    done = await desk.press(Unremind(mine.reminders[0].id), actor=OTHER)
    assert "Cancelled: the channel is not reminded" in shown(done)
    assert "no such reminder" in await desk.say(f"unremind {direct}")
    assert await reminders.listed(team.db) == ()


async def test_all_of_an_article_are_cancelled_by_its_address(team: Team) -> None:
    await form(team, "me")
    await form(team, "channel")
    said = await team.desk.say("unremind https://trade.example/entity")
    assert "Cancelled: 2 reminders of" in said
    assert "no reminder of that here" in await team.desk.say(
        "unremind https://trade.example/entity"
    )
    assert "Say which" in await team.desk.say("unremind")


async def test_another_workspace_knows_nothing_of_it(team: Team) -> None:
    await team.desk.subscriptions.install("slack", "T2", "Other")
    done = await remind(team.db, HERE, asked(team), ANN)
    there = replace(HERE, workspace="T2")
    said = await team.desk.say(f"unremind {done.reminder.id}", channel=there)
    assert "There is no such reminder" in said
    assert "No reminder" in await team.desk.say("reminders", channel=there)


async def test_an_assignment_due_on_a_weekend_is_reminded_of_on_friday(team: Team) -> None:
    taken = await team.take(Step("assign", BEN, date(2026, 3, 7)))
    assert taken.reminded == date(2026, 3, 6)


async def test_what_is_past_is_refused(team: Team) -> None:
    with pytest.raises(UsageError, match="past"):
        await remind(team.db, HERE, replace(asked(team), days=300), ANN)
