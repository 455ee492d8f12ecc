"""`exportnews classify`, `topics` and `evaluate`: what goes in, what comes out, what is refused."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import typer
from sqlalchemy import delete, insert, update
from sqlalchemy.ext.asyncio import AsyncConnection
from typer.testing import CliRunner

from bot.cli import evaluate, news
from bot.errors import TaxonomyError, UsageError
from bot.news.quality import Count, macro, verdicts
from bot.storage import tables
from bot.storage.database import Database

LINES: list[dict[str, Any]] = [
    {"id": "b", "title": "Commerce adds nine firms to the Entity List", "source": "Daily"},
    {"id": 7, "title": "Potato chips recalled"},
    {"id": "a", "title": "Notice", "summary": "Trade secrets were stolen (see 2310170055)."},
]


def run(*arguments: str, given: str | bytes = "") -> list[str]:
    app = typer.Typer()
    news.register(app)
    evaluate.register(app)
    result = CliRunner().invoke(app, [*arguments], input=given)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0
    return result.output.splitlines()


def jsonl(*lines: dict[str, Any]) -> str:
    return "\n".join(json.dumps(line) for line in lines)


def test_classify_answers_line_by_line_in_input_order() -> None:
    answers = [json.loads(line) for line in run("classify", "--json", given=jsonl(*LINES))]
    assert [answer["id"] for answer in answers] == ["b", 7, "a"]
    first, second, third = answers
    assert [match["topic"] for match in first["topics"]] == ["entity-list"]
    for evidence in first["topics"][0]["evidence"]:
        title = str(LINES[0]["title"])
        assert title[evidence["start"] : evidence["end"]] == evidence["text"]
        assert evidence["field"] == "title"
    assert second == {"id": 7, "topics": [], "citations": []}
    assert third["citations"] == [{"kind": "article", "value": "2310170055"}]


def test_classify_shows_all_that_was_read_when_asked() -> None:
    said: dict[str, Any] = {
        "id": 1,
        "title": "Comments due Jan. 9 on 15 CFR 744.21",
        "summary": "Made by Norrland Silicon AB (Sweden)",
        "published": "2026-12-01",
    }
    (line,) = run("classify", "--json", "--details", given=jsonl(said))
    answer = json.loads(line)
    (cited,) = answer["citations"]
    assert said["title"][cited["start"] : cited["end"]] == cited["text"] == "15 CFR 744.21"
    assert cited["url"].endswith("title-15/section-744.21")
    (company,) = answer["companies"]
    assert (company["key"], company["country"]) == ("norrland silicon", "Sweden")
    assert [(each["kind"], each["on"]) for each in answer["dates"]] == [("comments", "2027-01-09")]


def test_classify_reads_a_file_and_gives_jsonl_where_nobody_reads_along(tmp_path: Path) -> None:
    path = tmp_path / "entries.jsonl"
    path.write_text(jsonl(*LINES) + "\n\n", encoding="utf-8")
    assert run("classify", str(path)) == run("classify", "--json", given=jsonl(*LINES))


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ("{", "Line 2 is not JSON."),
        ("[1]", "Line 2 is not a JSON object."),
        ('{"title": "x"}', 'Line 2 has no "id"'),
        ('{"id": 1}', 'Line 2 has no "title".'),
        ('{"id": 1, "title": 5}', 'Line 2: "title" is not a text.'),
    ],
)
def test_a_bad_line_is_named_by_its_number(bad: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        run("classify", given=f"{jsonl(LINES[0])}\n{bad}\n")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"Cannot read .*nothing\.jsonl"):
        run("classify", str(tmp_path / "nothing.jsonl"))
    with pytest.raises(TaxonomyError, match=r"nothing\.toml"):
        run("topics", "--taxonomy", str(tmp_path / "nothing.toml"))


def test_broken_characters_go_through() -> None:
    (line,) = run("classify", given='{"id": "\\ud800", "title": "Entity List \\ud800 grows"}')
    assert json.loads(line)["id"] == "\ud800"


@pytest.mark.parametrize("command", ["classify", "stories", "evaluate"])
def test_a_terminal_obeys_no_code_of_a_stranger_and_half_a_character_ends_nothing(
    tmp_path: Path, command: str
) -> None:
    odd = "\ud800\x1b[2J Five firms join the Entity List"
    file = tmp_path / "odd.jsonl"
    file.write_text(jsonl({"id": 1, "title": odd, "source": odd, "topics": [odd, ""]}))
    status, said = on_a_terminal(command, str(file))
    refused = 2 if command == "evaluate" else 0  # what it was labelled with is no topic
    assert (status, "Traceback" in said, "\x1b[2J" in said) == (refused, False, False)
    assert "Entity List" in said


def on_a_terminal(*arguments: str) -> tuple[int, str]:
    """Run a command on a terminal of its own; give its status and what it shows."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "bot", *arguments]
    ended = subprocess.run(command, stdout=theirs, stderr=theirs, check=False)
    os.close(theirs)
    said = os.read(ours, 65_536).decode()
    os.close(ours)
    return ended.returncode, said


def test_details_are_shown_on_a_terminal_too(tmp_path: Path) -> None:
    file = tmp_path / "rule.jsonl"
    text = "BIS adds Norvik Optics Co., Ltd. (China) to 15 CFR part 744, effective March 3, 2026."
    file.write_text(jsonl({"id": 1, "title": "Additions to the Entity List", "summary": text}))
    status, said = on_a_terminal("classify", "--details", str(file))
    assert status == 0
    shown = " ".join(said.split())
    assert "cites cfr 15 CFR 744 in the summary, " in shown
    assert "https://www.ecfr.gov/" in shown
    assert "company Norvik Optics Co., Ltd. (China)" in shown
    assert "effective 2026-03-03 “" in shown


def test_topics_are_listed_with_what_belongs() -> None:
    listed = json.loads("\n".join(run("topics", "--json")))
    assert len(listed) == 11
    assert listed[0]["id"] == "chip-controls"
    assert all(each["definition"] and each["excludes"] for each in listed)
    shown = "\n".join(run("topics"))
    assert all(each["id"] in shown for each in listed)


def test_evaluate_measures_a_labelled_file() -> None:
    path = Path(__file__).with_name("data") / "examples.jsonl"
    rows = {
        row["topic"]: row for row in json.loads("\n".join(run("evaluate", str(path), "--json")))
    }
    assert rows["entity-list"]["precision"] >= 0.95
    assert rows["mean"]["f1"] >= 0.9
    assert "trade-secrets" in "\n".join(run("evaluate", str(path)))


def test_the_mean_is_of_the_topics_that_there_is_something_to_say_of(tmp_path: Path) -> None:
    path = tmp_path / "labelled.jsonl"
    listed = {"id": 1, "title": "Nine firms added to the Entity List", "topics": ["entity-list"]}
    path.write_text(jsonl(listed, {"id": 2, "title": "Potato chips recalled", "topics": []}))
    *_, mean = json.loads("\n".join(run("evaluate", str(path), "--json")))
    assert mean == {"topic": "mean", "items": 2, "f1": 1.0, "topics": 1}
    assert run("evaluate", str(path))[-1] == (
        "The mean is of the one topic that is in the file or was found."
    )
    assert macro({"entity-list": Count(right=1), "sanctions": Count()}) == 1.0


def test_evaluate_names_the_line_without_topics(tmp_path: Path) -> None:
    path = tmp_path / "labelled.jsonl"
    path.write_text(jsonl({"id": 1, "title": "x", "topics": []}, {"id": 2, "title": "y"}))
    with pytest.raises(UsageError, match='Line 2 has no "topics"'):
        run("evaluate", str(path))


def test_evaluate_refuses_a_file_without_items_and_the_line_of_what_is_no_topic(
    tmp_path: Path,
) -> None:
    empty = tmp_path / "empty.jsonl"
    empty.write_text("\n\n")
    with pytest.raises(UsageError, match="no labelled item"):
        run("evaluate", str(empty))
    path = tmp_path / "labelled.jsonl"
    fine = {"id": 1, "title": "Nine firms added to the Entity List", "topics": ["blacklist"]}
    path.write_text(jsonl(fine, {"id": 2, "title": "Ports reopen", "topics": ["entity-lst"]}))
    with pytest.raises(UsageError, match=r"^Line 2 has the topic “entity-lst”, .* entity-list\?$"):
        run("evaluate", str(path))


def test_evaluate_takes_aliases_and_names_the_lines_that_were_wrong(tmp_path: Path) -> None:
    path = tmp_path / "labelled.jsonl"
    path.write_text(
        jsonl(
            {"id": "a", "title": "Nine firms added to the Entity List", "topics": ["Blacklist"]},
            {"id": "b", "title": "Nine firms added to the Entity List", "topics": ["sanctions"]},
        )
    )
    said = run("evaluate", str(path), "--errors")[-1]
    assert said.startswith("Line 2 (b): sanctions was missed, entity-list (")
    assert said.endswith("is wrong: Nine firms added to the Entity List")
    told = json.loads("\n".join(run("evaluate", str(path), "--errors", "--json")))
    assert [one["line"] for one in told["errors"]] == [2]
    assert told["topics"][-1]["items"] == 2
    with pytest.raises(UsageError, match="--errors is of a labelled file"):
        run("evaluate", "--errors")


def test_evaluate_says_so_where_nobody_has_said_anything() -> None:
    assert run("evaluate") == ["Nothing has gone out and nobody has said anything yet."]


async def store(conn: AsyncConnection, now: datetime) -> None:
    """Store three entries that went out to one channel, and what two people said of them."""
    t = tables
    await conn.execute(insert(t.publication).values(id=1, name="Daily", url="https://daily.test"))
    workspace = {"platform": "slack", "external_id": "T1", "installed_at": now}
    await conn.execute(insert(t.workspace).values(id=1, **workspace))
    await conn.execute(
        insert(t.channel).values(id=1, workspace_id=1, external_id="C1", created_at=now)
    )
    for number in (1, 2, 3):
        await conn.execute(
            insert(t.entry).values(
                id=number,
                position=number,
                publication_id=1,
                title=f"Entry {number}",
                published_at=now,
                first_seen_at=now,
                text_hash=str(number),
            )
        )
        await conn.execute(
            insert(t.entry_topic).values(entry_id=number, topic="entity-list", score=0.9)
        )
        await conn.execute(
            insert(t.delivery).values(
                channel_id=1,
                workspace_id=1,
                entry_id=number,
                kind="alert",
                subject=str(number),
                state="sent",
                position=number,
                due_at=now,
                created_at=now,
            )
        )
    await conn.execute(insert(t.entry_topic).values(entry_id=3, topic="sanctions", score=0.8))
    said = [(1, "ann", "wrong-topic", "entity-list"), (1, "bob", "wrong-topic", "entity-list")]
    for entry_id, actor, verdict, topic in [*said, (2, "ann", "not-relevant", "")]:
        await conn.execute(
            insert(t.feedback).values(
                entry_id=entry_id, channel_id=1, actor=actor, verdict=verdict, topic=topic, at=now
            )
        )


async def test_people_say_how_precise_a_topic_is(db: Database) -> None:
    """Of three entries that went out one was wrong, twice said, and one was of no use."""
    now = datetime(2026, 1, 5, tzinfo=UTC)
    async with db.write() as conn:
        await store(conn, now)
        said = await verdicts(conn)
    assert [(v.topic, v.sent, v.wrong, v.not_relevant) for v in said] == [
        ("entity-list", 3, 1, 1),
        ("sanctions", 1, 0, 0),
    ]
    assert said[0].precision == pytest.approx(1 / 3)


def filled(url: str, *, judged: bool = True) -> None:
    """Store what `store` stores; entry 3, which has two topics, came for one and is of no use.
    Without `judged` nobody has said anything."""

    async def fill() -> None:
        now, db = datetime(2026, 1, 5, tzinfo=UTC), Database(url)
        async with db.write() as conn:
            await store(conn, now)
            came = update(tables.delivery).where(tables.delivery.c.entry_id == 3)
            await conn.execute(came.values(reasons="topic:sanctions,watch:4"))
            said = {"entry_id": 3, "channel_id": 1, "actor": "cy", "verdict": "not-relevant"}
            await conn.execute(insert(tables.feedback).values(**said, at=now))
            if not judged:
                await conn.execute(delete(tables.feedback))
        await db.close()

    asyncio.run(fill())


def test_not_relevant_counts_against_what_the_alert_came_for(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(sqlite_url)
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    rows = {row["topic"]: row for row in json.loads("\n".join(run("evaluate", "--json")))}
    assert rows["sanctions"]["not relevant"] == 1
    assert rows["entity-list"]["not relevant"] == 1  # of entry 2, which gave no reason


def test_without_feedback_no_precision_is_claimed(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(sqlite_url, judged=False)
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    _head, *lines = run("evaluate")
    assert [line.split(maxsplit=4)[4].strip() for line in lines] == ["no feedback yet"] * 2
    assert [row["precision"] for row in json.loads("\n".join(run("evaluate", "--json")))] == [
        None,
        None,
    ]
