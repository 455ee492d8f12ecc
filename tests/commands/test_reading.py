"""Topics, digests, explanations, feeds, help, the Home tab."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select, update

from bot.commands.answers import DigestAnswer, Sentence, Shared, WrongTopicFormAnswer
from bot.commands.home import home_view
from bot.feeds.model import FeedEntry
from bot.messages import action_values, actions
from bot.storage.tables import delivery, feed, feedback
from bot.subscriptions.digests import owe_digests
from bot.subscriptions.model import Actor, ChannelRef
from tests.commands.desk import ANN, TITLES, Desk, check, shown
from tests.messages.slack_reading import problems_of_view

DIRECT = ChannelRef("slack", "T1", "D0ANN")


async def test_catching_up_shows_what_the_channel_asks_for(desk: Desk) -> None:
    await desk.fill()
    await desk.ask("subscribe sanctions weekly")
    answer = await desk.ask("digest 3 days")
    assert isinstance(answer, DigestAnswer)
    assert answer.digest.stories == 1
    assert TITLES[5] in shown(answer)
    assert "publication read by" in shown(answer)


async def test_catching_up_without_any_subscription_says_how_to_begin(desk: Desk) -> None:
    answer = await desk.ask("digest")
    assert isinstance(answer, Sentence)
    assert answer.refused


async def test_a_long_digest_is_read_on_in_its_channel_only(desk: Desk) -> None:
    await desk.ask("subscribe entity-list trade-secrets daily")
    await desk.fill()
    desk.clock.advance(days=1)
    async with desk.db.write() as conn:
        assert await owe_digests(conn, desk.clock()) == 1
        number = await conn.scalar(select(delivery.c.id).where(delivery.c.kind == "digest"))
    assert number
    page = await desk.press(actions.DigestPage(number, 3))
    assert isinstance(page, DigestAnswer)
    assert page.digest.stories == 4
    assert sum(len(group.items) for group in page.digest.groups) == 1
    elsewhere = await desk.press(
        actions.DigestPage(number, 3), channel=ChannelRef("slack", "T1", "C0TRADE")
    )
    assert isinstance(elsewhere, Sentence)
    assert elsewhere.refused


async def test_why_says_what_matched_and_what_nobody_asked_for(desk: Desk) -> None:
    await desk.ask("subscribe entity-list")
    ids = await desk.fill()
    text = shown(await desk.ask("why https://trade.example/0"))
    assert "It is due and will be sent in its turn." in text
    assert "*Entity List* asks for it (score" in text
    text = shown(await desk.press(actions.Explain(ids[5])))
    assert "This channel asks for nothing that it has." in text
    assert "and nobody here asked for: Sanctions" in text
    assert action_values.encode(actions.Subscribe("sanctions")) in text
    assert "No feed of nowhere.example is watched" in shown(
        await desk.ask("why https://nowhere.example/1")
    )


async def test_feeds_in_trouble_come_first_with_the_reason(desk: Desk) -> None:
    assert "No feed is read yet" in shown(await desk.ask("feeds"))
    await desk.fill()
    assert "*1 of 1 feed in order*" in shown(await desk.ask("feeds"))
    async with desk.db.write() as conn:
        await conn.execute(
            update(feed).values(
                failing_since=desk.clock(), last_error="The server answered <500> & closed."
            )
        )
    text = shown(await desk.ask("feeds"))
    assert "*0 of 1 feed in order*" in text
    assert "The server answered &lt;500&gt; &amp; closed." in text


async def test_every_example_of_the_help_is_a_command_or_a_search(desk: Desk) -> None:
    assert "subscribe entity-list" in shown(await desk.ask("help"))
    about = shown(await desk.ask("help quiet"))
    assert "quiet 22:00-07:00" in about
    assert "latest entity-list" not in about
    assert shown(await desk.ask("")) == shown(await desk.ask("help"))


async def test_a_direct_message_lists_the_channels_that_the_person_may_see(desk: Desk) -> None:
    await desk.ask("subscribe sanctions")
    await desk.ask("subscribe entity-list #trade")
    await desk.subscriptions.subscribe(
        ChannelRef("slack", "T1", "C0SECRET", "secret"), Actor("U0BOB"), ["chip-controls"]
    )
    text = shown(await desk.ask("subscriptions", channel=DIRECT, direct=True))
    assert "<#C0HERE>" in text
    assert "<#C0TRADE>" in text
    assert "C0SECRET" not in text


async def test_the_home_tab_guides_newcomers_and_shows_feeds_to_admins(desk: Desk) -> None:
    direct = replace(desk.context, channel=DIRECT, direct=True)
    view = home_view(await desk.commands.home(direct))
    assert problems_of_view(view) == []
    assert "Three steps to begin" in str(view)
    await desk.fill()
    await desk.ask("subscribe entity-list")
    view = home_view(await desk.commands.home(direct))
    assert problems_of_view(view) == []
    assert "Three steps" not in str(view)
    assert action_values.encode(actions.SettingsForm("C0HERE")) in str(view)
    assert TITLES[3] in str(view)
    assert "feed in order" not in str(view)
    admin = replace(direct, actor=replace(ANN, admin=True))
    assert "1 of 1 feed in order" in str(home_view(await desk.commands.home(admin)))


async def test_what_was_wrong_is_noted_once(desk: Desk) -> None:
    await desk.ask("subscribe sanctions")
    ids = await desk.fill()
    await desk.press(actions.NotRelevant(ids[5]))
    await desk.press(actions.NotRelevant(ids[5]))
    await desk.press(actions.WrongTopic(ids[5], "sanctions"))
    async with desk.db.read() as conn:
        rows = (await conn.execute(select(feedback).order_by(feedback.c.id))).all()
    assert [(row.verdict, row.topic, row.actor) for row in rows] == [
        ("not-relevant", "", "U0ANN"),
        ("wrong-topic", "sanctions", "U0ANN"),
    ]


async def test_what_was_said_by_mistake_is_taken_back_and_what_others_said_stays(
    desk: Desk,
) -> None:
    await desk.ask("subscribe sanctions")
    ids = await desk.fill()
    for verdict in (actions.NotRelevant(ids[5]), actions.WrongTopic(ids[5], "sanctions")):
        await desk.press(verdict, actor=replace(ANN, id="U0BEN"))
        answer = await desk.press(verdict)
        assert isinstance(answer, Sentence)
        (undo,) = [offer.action for offer in answer.offers]
        for _twice in range(2):
            assert await desk.press(undo) == Sentence("Taken back.")
    async with desk.db.read() as conn:
        rows = (await conn.execute(select(feedback).order_by(feedback.c.id))).all()
    assert [(row.verdict, row.actor) for row in rows] == [
        ("not-relevant", "U0BEN"),
        ("wrong-topic", "U0BEN"),
    ]


async def test_of_several_topics_a_form_asks_which_is_wrong(desk: Desk) -> None:
    (entry,) = await desk.publish(
        FeedEntry(
            "Entity List Grows as Chip Controls on Chipmaking Tools Widen",
            "https://trade.example/both",
            summary="BIS added firms to the Entity List and widened chip export controls.",
        )
    )
    answer = await desk.press(actions.WrongTopic(entry))
    assert isinstance(answer, WrongTopicFormAnswer)
    assert {"entity-list", "chip-controls"} <= {topic for topic, _title in answer.topics}


async def test_sharing_needs_a_channel_that_the_bot_can_post_in(desk: Desk) -> None:
    ids = await desk.fill()
    refused = await desk.press(actions.ShareHere(ids[0]), access="none")
    assert isinstance(refused, Sentence)
    assert "/invite" in refused.text
    shared = await desk.press(actions.ShareHere(ids[0]))
    assert isinstance(shared, Shared)
    reply = check(shared)
    assert reply.public
    assert reply.channel == "C0HERE"


async def test_every_reading_command_answers(desk: Desk) -> None:
    await desk.fill()
    assert "Court Upholds Trade Secrets Verdict" in await desk.say("latest")
    assert "gets *Entity List* at once." in await desk.say("subscribe entity-list")
    assert "entity-list" in await desk.say("topics")
    assert "Not: " not in await desk.say("topics")
    assert "UFLPA" in await desk.say("topics blacklist")
    assert "Nothing was found" in await desk.say("topics of the week")
    assert "why https://" in await desk.say("why")
    assert "set by <@U0ANN>" in await desk.say("subscriptions")
    assert "Catching up: 2 stories" in await desk.say("digest 2 days")
    assert "Trade Daily> · read" in await desk.say("feeds")
    assert "subscribe (topics: none → entity-list (at once))" in await desk.say("changes")
    assert "*Entity List* asks for it" in await desk.say("why https://trade.example/0")
    assert "You have saved nothing yet" in await desk.say("saved")
    assert "Nothing was found for" in await desk.say("zeppelin")


async def test_what_was_said_is_listed_where_it_was_said_and_undone_by_who_said_it(
    desk: Desk,
) -> None:
    await desk.ask("subscribe sanctions")
    ids = await desk.fill()
    assert "Nothing was said of alerts in" in await desk.say("feedback")
    await desk.press(actions.WrongTopic(ids[5], "sanctions"))
    await desk.press(actions.NotRelevant(ids[5]), actor=replace(ANN, id="U0BEN"))
    said = await desk.say("feedback")
    assert said.count("Undo") == 1
    for text in ("Wrong topic *Sanctions", "Not relevant", "<@U0BEN>", TITLES[5]):
        assert text in said
    assert "Nothing was said" in await desk.say("feedback #trade")
    mine = await desk.say("feedback", channel=DIRECT, direct=True)
    assert ("Wrong topic" in mine, "Not relevant" in mine) == (True, False)


async def test_the_same_said_twice_where_there_is_no_channel_is_said_once(desk: Desk) -> None:
    ids = await desk.fill()
    for _twice in range(2):
        await desk.press(actions.NotRelevant(ids[5]), channel=DIRECT, direct=True)
    async with desk.db.read() as conn:
        assert len((await conn.execute(select(feedback))).all()) == 1
