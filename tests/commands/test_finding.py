"""Search, latest, the person's own list: pages, filters, suggestions when there is nothing."""

from __future__ import annotations

from dataclasses import replace

from bot.commands.answers import FileAnswer, Listing, Sentence, Shared
from bot.messages import action_values, actions
from bot.messages.actions import LatestPage, SavedPage, SearchPage
from tests.commands.desk import ANN, TITLES, Desk, shown


def titles(answer: object) -> list[str]:
    assert isinstance(answer, Listing)
    return [result.title for result in answer.results.results]


async def test_pages_turn_forward_and_back_and_lose_nothing(desk: Desk) -> None:
    await desk.fill()
    first = await desk.ask("latest")
    assert isinstance(first, Listing)
    assert titles(first) == list(reversed(TITLES))[:5]
    assert first.earlier is None
    assert first.later == LatestPage("", 5)
    second = await desk.press(first.later)
    assert isinstance(second, Listing)
    assert titles(first) + titles(second) == list(reversed(TITLES))
    assert second.later is None
    assert second.earlier == LatestPage("", 0)


async def test_a_search_finds_and_can_be_narrowed_by_topic(desk: Desk) -> None:
    await desk.fill()
    found = await desk.ask("trade secrets OR chipmaking")
    assert isinstance(found, Listing)
    assert len(titles(found)) == 4
    narrow = [offer.action for offer in found.filters if offer.label == "Trade secrets (2)"]
    assert narrow == [SearchPage(f"({found.results.query}) topic:trade-secrets")]
    assert len(titles(await desk.press(narrow[0]))) == 2


async def test_a_result_can_be_shared_saved_explained_and_followed(desk: Desk) -> None:
    ids = await desk.fill()
    answer = await desk.ask("turbine")
    text = shown(answer)
    for action in (
        actions.ShareHere(ids[2]),
        actions.ShareForm(ids[2]),
        actions.SaveEntry(ids[2]),
        actions.MoreLike(ids[2]),
        actions.Explain(ids[2]),
    ):
        assert action_values.encode(action) in text
    shared = await desk.press(actions.ShareHere(ids[2]))
    assert isinstance(shared, Shared)
    assert shared.channel.channel == "C0HERE"
    assert "<@U0ANN> shares this" in shown(shared)
    assert TITLES[6] in titles(await desk.press(actions.MoreLike(ids[2])))


async def test_latest_of_a_topic_however_it_is_written(desk: Desk) -> None:
    await desk.fill()
    for written in ("entity-list", "Entity List", "ENTITY list"):
        answer = await desk.ask(f"latest {written}")
        assert isinstance(answer, Listing)
        assert answer.title == "Latest: Entity List"
        assert titles(answer) == [TITLES[3], TITLES[0]]


async def test_an_unknown_topic_is_searched_for_with_the_nearest_offered(desk: Desk) -> None:
    await desk.fill()
    answer = await desk.ask("latest entitty lst")
    assert isinstance(answer, Listing)
    assert answer.notes[0].startswith("There is no topic “entitty lst”, so it was searched for")
    assert LatestPage("entity-list") in [offer.action for offer in answer.suggestions]


async def test_nothing_found_says_so_and_what_else_to_try(desk: Desk) -> None:
    await desk.fill()
    answer = await desk.ask("turbine zeppelin from:2020-01-01")
    assert isinstance(answer, Listing)
    assert answer.results.total == 0
    tried = [offer.action for offer in answer.suggestions]
    assert SearchPage("turbine OR zeppelin") in tried
    assert SearchPage("turbine zeppelin") in tried
    assert "Nothing was found for" in shown(answer)
    assert titles(await desk.press(SearchPage("turbine OR zeppelin"))) == [TITLES[2]]


async def test_a_misspelt_word_is_offered_as_it_was_meant(desk: Desk) -> None:
    await desk.fill()
    answer = await desk.ask("turbnie")
    assert isinstance(answer, Listing)
    offer = answer.suggestions[0]
    assert (offer.label, offer.action) == ("Search: turbine", SearchPage("turbine"))
    assert titles(await desk.press(offer.action)) == [TITLES[2]]


async def test_a_file_of_results_is_for_those_who_may_change_settings(desk: Desk) -> None:
    await desk.fill()
    wanted = actions.ExportSearch("turbine", "csv")
    given = await desk.press(wanted, actor=ANN)
    assert isinstance(given, FileAnswer)
    assert TITLES[2] in given.content
    await desk.ask("permission admins", actor=replace(ANN, admin=True))
    refused = await desk.press(wanted, actor=ANN)
    assert isinstance(refused, Sentence)
    assert "Files are for the same people as settings" in refused.text
    assert isinstance(await desk.press(wanted, actor=replace(ANN, admin=True)), FileAnswer)


async def test_an_empty_archive_is_told_apart_from_an_empty_result(desk: Desk) -> None:
    assert "There is nothing yet" in shown(await desk.ask("latest"))


async def test_a_bad_query_is_taken_as_words_and_said(desk: Desk) -> None:
    await desk.fill()
    answer = await desk.ask("turbine from:someday")
    assert isinstance(answer, Listing)
    assert answer.notes


async def test_a_long_question_is_cut_and_said(desk: Desk) -> None:
    answer = await desk.ask("turbine " * 300)
    assert isinstance(answer, Listing)
    assert answer.notes[0] == "Only the first 1,000 characters were read."


async def test_each_person_has_a_list_of_their_own(desk: Desk) -> None:
    ids = await desk.fill()
    for entry in (ids[0], ids[2], ids[0]):
        desk.clock.advance(minutes=1)
        assert isinstance(await desk.press(actions.SaveEntry(entry)), Sentence)
    assert titles(await desk.ask("saved")) == [TITLES[2], TITLES[0]]
    from bot.subscriptions.model import Actor

    others = await desk.ask("saved", actor=Actor("U0BOB"))
    assert titles(others) == []
    assert "You have saved nothing yet" in shown(others)
    await desk.press(actions.SaveEntry(ids[2], on=False))
    assert titles(await desk.press(SavedPage())) == [TITLES[0]]


async def test_another_workspace_has_lists_of_its_own(desk: Desk) -> None:
    ids = await desk.fill()
    await desk.press(actions.SaveEntry(ids[0]))
    await desk.subscriptions.install("slack", "T2", "Other")
    from bot.subscriptions.model import ChannelRef

    elsewhere = await desk.ask("saved", channel=ChannelRef("slack", "T2", "C0X", "x"))
    assert titles(elsewhere) == []


async def test_an_article_that_is_gone_is_said_to_be(desk: Desk) -> None:
    for action in (
        actions.SaveEntry(404),
        actions.ShareHere(404),
        actions.ShareForm(404),
        actions.Explain(404),
        actions.NotRelevant(404),
        actions.WrongTopic(404),
    ):
        answer = await desk.press(action)
        assert answer == Sentence("That article is no longer kept.", refused=True)
