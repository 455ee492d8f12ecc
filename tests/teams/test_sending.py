"""Promise: what is owed to a Teams channel arrives as cards, within Teams' rules, or says why."""

from __future__ import annotations

import pytest

from bot.delivery.dispatcher import DispatchReport, Timing
from bot.delivery.notices import DIRECT, owe_notice
from bot.notices import OperatorNotices
from bot.settings import UnknownOutcome
from tests.support.outbox import the_channel, the_delivery
from tests.support.teams import TENANT, Fault, Room
from tests.teams.conftest import Post


@pytest.fixture
def room(post: Post) -> Room:
    return post.teams.rooms["19:chips-a@thread.tacv2"]


async def test_an_alert_is_posted_as_a_card_with_a_summary(post: Post, room: Room) -> None:
    here = await post.channel(room)
    (owed,) = await post.owe(await post.story("Agency adds firms"), here)
    assert await post.dispatcher().dispatch_due() == DispatchReport(sent=1)
    (shown,) = post.teams.posts(room)
    assert "Agency adds firms" in shown.shown
    assert "Agency adds firms" in shown.activity["summary"]
    assert (await the_delivery(post.db, owed)).external_id == shown.id


async def test_a_follow_up_answers_in_the_thread_of_the_story_before(
    post: Post, room: Room
) -> None:
    here = await post.channel(room)
    first = await post.story("Agency proposes a rule")
    await post.owe(first, here)
    await post.dispatcher().dispatch_due()
    then = await post.story("Agency issues the rule", follows=first)
    await post.owe(then, here, kind="follow-up")
    await post.dispatcher().dispatch_due()
    alert, follow_up = post.teams.posts(room)
    assert (alert.thread, follow_up.thread) == ("", alert.id)


async def test_a_follow_up_stands_alone_where_the_thread_was_deleted(
    post: Post, room: Room
) -> None:
    here = await post.channel(room)
    first = await post.story("Agency proposes a rule")
    await post.owe(first, here)
    await post.dispatcher().dispatch_due()
    post.teams.posts(room)[0].deleted = True
    await post.owe(
        await post.story("Agency issues the rule", follows=first), here, kind="follow-up"
    )
    assert (await post.dispatcher().dispatch_due()).sent == 1
    (follow_up,) = post.teams.posts(room)
    assert follow_up.thread == ""


async def test_an_update_changes_the_card_in_its_place(post: Post, room: Room) -> None:
    here = await post.channel(room)
    told = await post.story("Agency adds firms")
    await post.owe(told, here)
    await post.dispatcher().dispatch_due()
    await post.owe(told, here, kind="update", subject=f"update:{told.entry_id}")
    assert (await post.dispatcher().dispatch_due()).sent == 1
    (shown,) = post.teams.posts(room)
    assert shown.edits == 1


async def test_an_update_of_a_deleted_card_is_given_up_and_pauses_nothing(
    post: Post, room: Room
) -> None:
    here = await post.channel(room)
    told = await post.story("Agency adds firms")
    await post.owe(told, here)
    await post.dispatcher().dispatch_due()
    post.teams.posts(room)[0].deleted = True
    await post.owe(told, here, kind="update", subject=f"update:{told.entry_id}")
    assert (await post.dispatcher().dispatch_due()).dead == 1
    assert (await the_channel(post.db, here)).paused_at is None


async def test_many_alerts_keep_within_the_limits_of_a_conversation(post: Post, room: Room) -> None:
    here = await post.channel(room)
    for number in range(20):
        await post.owe(await post.story(f"Story {number}"), here)
    report = await post.dispatcher(
        timing=Timing(call=5, lease=90, patience=900, stop=5)
    ).dispatch_due()
    assert report.sent == 20
    assert post.teams.throttled == 0
    titles = [shown.shown for shown in post.teams.posts(room)]
    assert all(f"Story {number}" in title for number, title in enumerate(titles))


@pytest.mark.parametrize("asked", ["7", ""])
async def test_being_told_to_wait_is_obeyed(post: Post, room: Room, asked: str) -> None:
    here = await post.channel(room)
    await post.owe(await post.story("Story one"), here)
    headers = {"Retry-After": asked} if asked else {}
    post.teams.faults.append(Fault(429, "TooManyRequests", headers))
    impatient = Timing(call=5, lease=90, patience=0, stop=5)
    assert (await post.dispatcher(timing=impatient).dispatch_due()).failed == 1
    post.clock.advance(seconds=int(asked or 30) - 1)
    assert await post.dispatcher(timing=impatient).dispatch_due() == DispatchReport()
    post.clock.advance(seconds=2)
    assert (await post.dispatcher(timing=impatient).dispatch_due()).sent == 1


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [
        (403, "BotNotInConversationRoster", "add it again"),
        (404, "ConversationNotFound", "does not know this conversation"),
    ],
)
async def test_a_conversation_that_is_closed_is_paused_and_keeps_what_is_owed(
    post: Post, room: Room, status: int, code: str, said: str
) -> None:
    here = await post.channel(room)
    (owed,) = await post.owe(await post.story("Story one"), here)
    post.teams.faults.append(Fault(status, code))
    await post.dispatcher().dispatch_due()
    paused = await the_channel(post.db, here)
    assert said in paused.paused_reason
    assert (await the_delivery(post.db, owed)).state == "pending"
    # Who set the channel up is told, in the personal chat that is opened for it.
    chat = post.teams.chat_with("29:1mara-a")
    assert "paused" in post.teams.posts(chat)[0].shown


@pytest.mark.parametrize("setting", list(UnknownOutcome))
@pytest.mark.parametrize("fault", [Fault(0, taken=True), Fault(502, taken=True)])
async def test_a_doubtful_send_is_repeated_or_dropped_as_the_setting_says(
    post: Post, room: Room, setting: UnknownOutcome, fault: Fault
) -> None:
    here = await post.channel(room)
    (owed,) = await post.owe(await post.story("Story one"), here)
    post.teams.faults.append(fault)
    await post.dispatcher(unknown=setting).dispatch_due()
    repeated = setting is UnknownOutcome.repeat
    assert len(post.teams.posts(room)) == (2 if repeated else 1)
    assert (await the_delivery(post.db, owed)).state == ("sent" if repeated else "dead")


async def test_a_token_that_is_not_taken_any_more_is_renewed_at_once(
    post: Post, room: Room
) -> None:
    here = await post.channel(room)
    await post.owe(await post.story("Story one"), here)
    await post.dispatcher().dispatch_due()
    post.teams.tokens.clear()
    await post.owe(await post.story("Story two"), here)
    assert (await post.dispatcher().dispatch_due()) == DispatchReport(sent=1)
    assert len(post.teams.logins) == 2


async def test_one_token_serves_until_shortly_before_its_end(post: Post, room: Room) -> None:
    here = await post.channel(room)
    for minutes in (0, 50, 6):
        post.clock.advance(minutes=minutes)
        await post.owe(await post.story(f"Story after {minutes}"), here)
        await post.dispatcher().dispatch_due()
    assert len(post.teams.posts(room)) == 3
    assert len(post.teams.logins) == 2


async def test_a_refused_secret_loses_nothing_and_goes_on_once_it_is_renewed(
    post: Post, room: Room
) -> None:
    here = await post.channel(room)
    (owed,) = await post.owe(await post.story("Story one"), here)
    right, post.teams.secret = post.teams.secret, "rotated"
    impatient = Timing(call=5, lease=90, patience=0, stop=5)
    for _ in range(60):  # more often than anything is tried before it is given up
        await post.dispatcher(timing=impatient).dispatch_due()
        post.clock.advance(seconds=301)
    row = await the_delivery(post.db, owed)
    assert row.state == "failed"
    assert "AADSTS7000215" in row.last_error
    assert "rotated" not in row.last_error
    post.teams.secret = right
    assert (await post.dispatcher(timing=impatient).dispatch_due()).sent == 1
    assert (await the_channel(post.db, here)).paused_at is None


@pytest.mark.parametrize("by", ["teams", "the directory"])
async def test_a_person_is_told_in_their_personal_chat(post: Post, room: Room, by: str) -> None:
    await post.channel(room)
    mara = post.teams.people["29:1mara-a"]
    async with post.db.write() as conn:
        await owe_notice(
            conn,
            post.workspace,
            mara.id if by == "teams" else mara.aad,
            kind=DIRECT,
            subject="reminder:1",
            text="The comment period ends tomorrow.",
            now=post.clock(),
        )
    assert (await post.dispatcher().dispatch_due()).sent == 1
    (told,) = post.teams.posts(post.teams.chat_with(mara.id))
    assert "ends tomorrow" in told.shown


async def test_a_channel_that_an_operator_set_up_is_reached_by_its_tenants_address(
    post: Post, room: Room
) -> None:
    general = post.teams.rooms["19:general-a@thread.tacv2"]
    await post.channel(general)
    here = await post.channel(room, known=False)
    await post.owe(await post.story("Story one"), here)
    assert (await post.dispatcher().dispatch_due()).sent == 1
    assert len(post.teams.posts(room)) == 1


async def test_operators_are_told_in_their_teams_channel(post: Post, room: Room) -> None:
    await post.channel(room)
    tell = OperatorNotices(room.id, now=post.db.now).tell
    async with post.db.write() as conn:
        await tell(conn, "feed:1", "Trade Desk has been silent.", post.clock())
    assert (await post.dispatcher().dispatch_due()).sent == 1
    (told,) = post.teams.posts(room)
    assert "Trade Desk has been silent." in told.shown


async def test_a_tenant_with_more_channels_than_a_second_allows_gets_each_alert_once(
    post: Post,
) -> None:
    rooms = [
        post.teams.add_room(Room(f"19:many{number}@thread.tacv2", TENANT, "channel", f"c{number}"))
        for number in range(70)
    ]
    channels = [await post.channel(room) for room in rooms]
    await post.owe(await post.story("Story for all"), *channels)
    patient = Timing(call=5, lease=90, patience=600, stop=5)
    assert (await post.dispatcher(timing=patient).dispatch_due()).sent == 70
    assert post.teams.throttled > 0, "the limit was met"
    assert {len(post.teams.posts(room)) for room in rooms} == {1}
