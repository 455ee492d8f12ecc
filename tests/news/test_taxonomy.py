"""The taxonomy: topics that people name in their own way, and a file that says what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import TaxonomyError
from bot.news.scoring import read_model
from bot.news.taxonomy import load_taxonomy

TOPICS = (
    "chip-controls",
    "entity-list",
    "trade-secrets",
    "sanctions",
    "enforcement",
    "licensing",
    "investment-screening",
    "china-countermeasures",
    "defense-trade",
    "forced-labor",
    "multilateral",
)

GOOD = """
[words.chip]
phrases = ["chip"]
[[topic]]
id = "chip-controls"
title = "Chip controls"
definition = "Limits."
excludes = "Snacks."
[[topic.rule]]
name = "chips"
when = ["chip"]
"""


def test_all_topics_are_there_each_with_what_belongs_and_what_does_not() -> None:
    taxonomy = load_taxonomy()
    assert tuple(topic.id for topic in taxonomy.topics) == TOPICS
    assert all(topic.definition and topic.excludes and topic.rules for topic in taxonomy.topics)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("entity-list", "entity-list"),
        ("Entity List", "entity-list"),
        ("ENTITY  LISTS", "entity-list"),
        ("entitylist", "entity-list"),
        ("trade secret", "trade-secrets"),
        ("Trade_Secrets", "trade-secrets"),
        ("chips", "chip-controls"),
        ("OFAC", "sanctions"),
        ("forced labour", "forced-labor"),
        ("Wassenaar", "multilateral"),
        ("rare earths", "china-countermeasures"),
    ],
)
def test_a_topic_is_known_by_id_title_and_alias_in_any_spelling(said: str, meant: str) -> None:
    topic = load_taxonomy().resolve(said)
    assert topic is not None
    assert topic.id == meant


@pytest.mark.parametrize("said", ["", "  ", "cooking", "e", "list of entities and more"])
def test_what_is_no_topic_is_none(said: str) -> None:
    assert load_taxonomy().resolve(said) is None


def test_no_name_means_two_topics() -> None:
    taxonomy = load_taxonomy()
    for topic in taxonomy.topics:
        for name in (topic.id, topic.title, *topic.aliases):
            found = taxonomy.resolve(name)
            assert found is not None
            assert found.id == topic.id, name


@pytest.mark.parametrize(
    ("said", "nearest"),
    [
        ("entitylst", "entity-list"),
        ("sanktions", "sanctions"),
        ("trade secerts", "trade-secrets"),
        ("chip contrls", "chip-controls"),
        ("enforcment", "enforcement"),
    ],
)
def test_a_slip_gets_the_nearest_topic_first(said: str, nearest: str) -> None:
    assert load_taxonomy().suggest(said)[0] == nearest


def test_nothing_near_gets_no_suggestion() -> None:
    assert load_taxonomy().suggest("???") == ()


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (("[[topic]]", "[[topics]]"), "topics"),
        (('title = "Chip controls"', ""), "topic chip-controls: “title”"),
        (('when = ["chip"]', 'when = ["crisp"]'), "rule “chips”: there is no [words.crisp]"),
        (('when = ["chip"]', "when = []"), "“when” is empty"),
        (('when = ["chip"]', 'when = ["chip"]\nstrength = "huge"'), "strength is one of"),
        (('when = ["chip"]', 'when = ["chip"]\nwithin = "book"'), "within is one of"),
        (('when = ["chip"]', 'when = ["chip"]\nwhere = 1'), "nobody knows “where”"),
        (('phrases = ["chip"]', 'phrases = ["c*p"]'), "“c*p” is no phrase"),
        (('phrases = ["chip"]', 'phrases = ["--"]'), "“--” is no phrase"),
        (('phrases = ["chip"]', "phrases = 3"), "words.chip must be a list"),
        (('phrases = ["chip"]', "phrases = []"), "words.chip: “phrases” is empty"),
        (('id = "chip-controls"', 'id = "Chip List"'), "topic Chip List: an id is lower-case"),
        (('id = "chip-controls"', 'id = "chip--list"'), "topic chip--list: an id is lower-case"),
        (("[words.chip]", "[words.chip"), "not valid TOML"),
    ],
)
def test_a_wrong_file_is_refused_with_the_place(
    change: tuple[str, str], place: str, tmp_path: Path
) -> None:
    path = tmp_path / "taxonomy.toml"
    path.write_text(GOOD.replace(*change), encoding="utf-8")
    with pytest.raises(TaxonomyError) as caught:
        load_taxonomy(path)
    assert place in str(caught.value)


def test_two_topics_or_rules_of_one_name_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "taxonomy.toml"
    path.write_text(GOOD + GOOD[GOOD.index("[[topic]]") :], encoding="utf-8")
    with pytest.raises(TaxonomyError, match="topic chip-controls: there are two of it"):
        load_taxonomy(path)
    path.write_text(GOOD + GOOD[GOOD.index("[[topic.rule]]") :], encoding="utf-8")
    with pytest.raises(TaxonomyError, match="there are two of it"):
        load_taxonomy(path)


@pytest.mark.parametrize("alias", ["chip-controls", "Chip Control", "SEMIS"])
def test_an_alias_that_means_another_topic_is_refused(alias: str, tmp_path: Path) -> None:
    path = tmp_path / "taxonomy.toml"
    first = GOOD.replace('title = "Chip', 'aliases = ["semis"]\ntitle = "Chip')
    second = GOOD[GOOD.index("[[topic]]") :].replace("chip-controls", "arms")
    second = second.replace("Chip controls", "Arms")
    path.write_text(first + second.replace("[[topic.rule", f'aliases = ["{alias}"]\n[[topic.rule'))
    with pytest.raises(TaxonomyError) as caught:
        load_taxonomy(path)
    said = f"topic arms, aliases: “{alias}” means the topic chip-controls already."
    assert str(caught.value) == said


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(TaxonomyError, match=r"nothing\.toml"):
        load_taxonomy(tmp_path / "nothing.toml")


def test_a_wrong_model_file_is_refused_with_the_place(tmp_path: Path) -> None:
    path = tmp_path / "weights.toml"
    path.write_text('[chip-controls]\n"names chip controls" = "much"\n', encoding="utf-8")
    with pytest.raises(TaxonomyError, match="chip-controls, “names chip controls” is not a number"):
        read_model(path)
    path.write_text("[chip-controls", encoding="utf-8")
    with pytest.raises(TaxonomyError, match="Cannot read the topic model"):
        read_model(path)


def test_the_model_names_only_rules_that_there_are() -> None:
    taxonomy = load_taxonomy()
    rules = {f"{topic.id}/{rule.name}" for topic in taxonomy.topics for rule in topic.rules}
    import bot.news.taxonomy as room

    model = read_model(Path(room.__file__).with_name("topic_weights.toml"))
    assert set(model.weights) == rules
    assert set(model.biases) == set(TOPICS)
    for topic in taxonomy.topics:
        for rule in topic.rules:
            assert (model.weights[f"{topic.id}/{rule.name}"] > 0) == rule.positive, rule.name
