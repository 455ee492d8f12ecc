"""`exportnews import` and `exportnews search`, as an operator types them."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import sys
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from bot import importing
from bot.cli import main
from bot.spreadsheet import csv_line


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], sqlite_url: str
) -> Runner:
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    return Runner(monkeypatch, capsys)


class Runner:
    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, *words: str, given: str = "") -> tuple[int, str, str]:
        """Run the command; gives its exit status, standard output and standard error."""
        self._monkeypatch.setattr(sys, "argv", ["exportnews", *words])
        self._monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given.encode())))
        status = 0
        try:
            main()
        except SystemExit as stopped:
            status = int(stopped.code or 0)
        out, err = self._capsys.readouterr()
        return status, out, err


def write(path: Path, *objects: object) -> str:
    lines = [each if isinstance(each, str) else json.dumps(each) for each in objects]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


ONE = {
    "id": "a1",
    "title": "=Quota notice for chip tools",
    "summary": "Licensing officers answer.",
    "url": "https://news.example/a1",
    "published": "2025-03-04T05:06:07Z",
    "source": "Gazette",
}


def test_what_is_imported_is_found(run: Runner, tmp_path: Path) -> None:
    status, out, err = run("import", write(tmp_path / "good.jsonl", ONE))
    assert (status, out) == (0, "1 entry imported.\n")
    assert "Importing" not in err, "the bar is for terminals"
    status, out, _err = run("search", "licensed officer", "--json")
    found = json.loads(out)
    assert status == 0
    assert set(found) >= {"total", "took_ms", "results"}
    [result] = found["results"]
    assert result.pop("id") > 0
    assert result == {
        "title": "=Quota notice for chip tools",
        "link": "https://news.example/a1",
        "published": "2025-03-04T05:06:07Z",
        "publication": "Gazette",
        "topics": result["topics"],
        "snippet": "Licensing officers answer.",
    }


def test_results_as_a_table_cannot_be_a_formula(run: Runner, tmp_path: Path) -> None:
    run("import", write(tmp_path / "good.jsonl", ONE))
    _status, out, err = run("search", 'quota "notice', "--format", "csv")
    [row] = csv.DictReader(io.StringIO(out))
    assert row["title"] == "'=Quota notice for chip tools"
    assert "A quotation mark has no partner" in err


def test_bad_lines_are_named_and_the_rest_kept(run: Runner, tmp_path: Path) -> None:
    status, out, err = run("import", write(tmp_path / "mixed.jsonl", "nonsense", ONE))
    assert status == 1
    assert "Line 1 is not JSON." in err
    assert out == "1 entry imported, 1 bad line left out.\n"


def test_a_file_that_is_not_there_is_wrong_use(run: Runner, tmp_path: Path) -> None:
    status, _out, err = run("import", str(tmp_path / "none.jsonl"))
    assert status == 2
    assert "There is no file" in err


def test_a_dash_reads_standard_input(run: Runner) -> None:
    assert run("import", "-", given=json.dumps(ONE))[:2] == (0, "1 entry imported.\n")
    assert json.loads(run("search", "quota", "--json")[1])["total"] == 1


def test_lines_without_a_time_or_source_are_counted_and_may_be_given_a_day(
    run: Runner, tmp_path: Path
) -> None:
    bare = write(tmp_path / "bare.jsonl", ONE, {"id": 1, "title": "A bare note on quotas"})
    status, out, err = run("import", bare)
    assert (status, out) == (0, "2 entries imported, 1 without a time.\n")
    assert "1 line has no time of publication: counted as published now" in err
    assert "1 line names no source: kept as “Imported”." in err
    dated = write(tmp_path / "dated.jsonl", {"id": 2, "title": "An old memo on tariffs"})
    status, out, err = run("import", dated, "--published", "2019-07-01")
    assert (status, out) == (0, "1 entry imported, 1 without a time.\n")
    assert "1 line has no time of publication: counted as of 2019-07-01." in err
    [memo] = json.loads(run("search", "memo", "--json")[1])["results"]
    assert memo["published"] == "2019-07-01T00:00:00Z"
    for day in ("soon", "2019-13-01", "1066-10-14", "2999-01-01"):
        status, out, err = run("import", dated, "--published", day)
        assert (status, out) == (2, "")
        assert err == "--published must be a day that has been, as 2024-05-01.\n"


def test_nothing_found_is_an_answer(run: Runner) -> None:
    status, out, _err = run("search", "nothing", "from:never")
    assert status == 0
    assert "“from:never” is no date" in out
    assert "Nothing found for: nothing from never" in out


def test_a_large_file_is_read_in_processes(
    run: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH", 100)
    lines = [{**ONE, "id": n, "title": f"Entity List notice {n}"} for n in range(320)]
    assert run("import", write(tmp_path / "large.jsonl", *lines))[0] == 0
    found = json.loads(run("search", "topic:entity-list", "--limit", "1", "--json")[1])
    assert found["total"] == 320


def test_a_full_disk_is_said_and_what_was_stored_stays(run: Runner, tmp_path: Path) -> None:
    run("import", write(tmp_path / "one.jsonl", ONE))

    def fill(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA max_page_count=1")  # no larger than it is

    lines = [{**ONE, "id": n, "title": f"Entity List notice {n}"} for n in range(320)]
    event.listen(Engine, "connect", fill)
    try:
        status, _out, err = run("import", write(tmp_path / "large.jsonl", *lines))
    finally:
        event.remove(Engine, "connect", fill)
    said = "The database's disk is full; free some space, and do it again."
    assert (status, err.strip().splitlines()[-1]) == (1, said)
    assert json.loads(run("search", "quota", "--json")[1])["total"] == 1
    assert run("import", str(tmp_path / "large.jsonl"))[0] == 0


def test_a_word_is_excluded_as_in_chat(run: Runner, tmp_path: Path) -> None:
    other = {**ONE, "id": "a2", "title": "Huawei quota notice"}
    run("import", write(tmp_path / "two.jsonl", ONE, other))
    found = json.loads(run("search", "quota", "-huawei", "--json")[1])
    assert [result["title"] for result in found["results"]] == [ONE["title"]]
    assert json.loads(run("search", "-huawei", "--json")[1])["total"] == 1
    assert run("search", "quota", "--limt=5")[0] == 2


def test_what_cannot_be_read_is_said(run: Runner, tmp_path: Path) -> None:
    run("import", write(tmp_path / "one.jsonl", ONE))
    status, out, _err = run("search", "()")
    assert status == 0
    assert "could not be read" in out
    assert str(ONE["title"]) not in out


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_no_cell_begins_as_a_formula_does(first: str) -> None:
    [[cell]] = csv.reader(io.StringIO(csv_line([f"{first}1+1"])))
    assert cell == f"'{first}1+1".replace("\r", "\n")


def test_a_time_line_of_a_rule_that_many_cite_says_how_to_find_them(run: Runner) -> None:
    status, _out, err = run("timeline", "15 CFR 744.23")
    assert status == 2
    assert "`exportnews search 'cite:15 CFR 744.23'` lists them." in " ".join(err.split())
    assert "`exportnews search eccn:3A090`" in " ".join(run("timeline", "3A090")[2].split())
    assert "No such article is stored here" in run("timeline", "2603020005")[2]
