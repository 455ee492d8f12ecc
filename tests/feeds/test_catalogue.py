"""The catalogue, OPML and the commands that keep them."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from typer.testing import CliRunner, Result

from bot.cli import build
from bot.errors import CatalogueError, UsageError
from bot.feeds import roster
from bot.feeds.catalogue import load_catalogue, read_catalogue, sync_catalogue
from bot.feeds.discovery import candidates, find_feed
from bot.feeds.fetcher import Fetcher
from bot.feeds.opml import Outline, read_opml, write_opml
from bot.feeds.parsing import ParserPool
from bot.storage.database import Database
from bot.storage.tables import feed
from tests.support.clock import SetClock
from tests.support.newsroom import Item, Newsroom, rss

FEED = '[[publication]]\nname = "P"\n[[publication.feed]]\nurl = "https://p.example/feed"\n'


def test_the_default_catalogue_says_where_each_address_is_documented() -> None:
    catalogue = load_catalogue()
    assert len(catalogue.feeds) >= 15
    assert all(one.documented for one in catalogue.feeds)
    assert {one.kind for one in catalogue.feeds} == {"feed", "federal-register", "page"}


def test_a_file_adds_to_the_default_or_replaces_it(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(FEED)
    added = load_catalogue(own)
    assert added.publications[-1].name == "P"
    assert len(added.publications) == len(load_catalogue().publications) + 1
    own.write_text("replace = true\n" + FEED)
    assert [p.name for p in load_catalogue(own).publications] == ["P"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[[publication]]\n", "has no name"),
        ('[[publication]]\nname = "P"\ncolour = 1\n', "colour is not known"),
        (FEED + 'kind = "rss"\n', "kind is one of"),
        (FEED + 'show = "all"\n', "show is one of"),
        (FEED + 'every = "soon"\n', "every is a time"),
        (FEED + 'every = "30d"\n', "every is a time"),
        (FEED + 'kind = "page"\n', r"select\.item"),
        (FEED + 'kind = "page"\n[publication.feed.select]\nitem = "li["\n', "selector"),
        (FEED + FEED, "there twice"),
        (FEED.replace("https", "ftp"), "url is missing or wrong"),
        ("[[publication\n", "no valid TOML"),
    ],
)
def test_a_wrong_catalogue_is_named_by_its_place(text: str, sentence: str) -> None:
    with pytest.raises(CatalogueError, match=sentence):
        read_catalogue(text, "own.toml")


async def _states(db: Database) -> dict[str, str]:
    async with db.read() as conn:
        rows = await conn.execute(select(feed.c.url, feed.c.state))
        return {row.url: row.state for row in rows}


async def test_what_operators_decided_survives_the_next_start(
    db: Database, clock: SetClock, tmp_path: Path
) -> None:
    path = tmp_path / "own.toml"
    second = '[[publication.feed]]\nurl = "https://p.example/two"\nevery = "5m"\n'
    path.write_text("replace = true\n" + FEED + second)
    async with db.write() as conn:
        await sync_catalogue(conn, load_catalogue(path), clock())
        one = await roster.find(conn, "https://p.example/feed")
        await roster.remove_feed(conn, one)
        await conn.execute(
            update(feed).where(feed.c.url.endswith("two")).values(url="https://moved.example/two")
        )
        await sync_catalogue(conn, load_catalogue(path), clock())
    assert await _states(db) == {
        "https://p.example/feed": "removed",
        "https://moved.example/two": "active",
    }
    path.write_text("replace = true\n" + FEED)
    async with db.write() as conn:
        await sync_catalogue(conn, load_catalogue(path), clock())
    assert (await _states(db))["https://moved.example/two"] == "paused"
    path.write_text("replace = true\n" + FEED + second)
    async with db.write() as conn:
        await sync_catalogue(conn, load_catalogue(path), clock())
    assert (await _states(db))["https://moved.example/two"] == "active"


def test_opml_goes_there_and_back() -> None:
    listed = (
        Outline("https://a.example/feed?x=1&y=2", "A & Co", "https://a.example/", "A & Co"),
        Outline(
            "https://b.example/",
            "B",
            "",
            "Publisher",
            "page",
            "summary",
            timedelta(minutes=5),
            {"item": "li.news > a", "date": "time"},
        ),
    )
    assert read_opml(write_opml(listed)) == listed
    broken = write_opml(listed).replace(b"li.news &gt; a", b"li[")
    with pytest.raises(CatalogueError, match="selector"):
        read_opml(broken)


def test_opml_of_others_is_read_with_its_folders() -> None:
    text = b"""<opml version="1.0"><body><outline text="Folder">
    <outline text="One" XMLURL="http://one.example/rss"/>
    <outline text="Again" xmlUrl="http://one.example/rss"/><outline text="No feed"/>
    </outline></body></opml>"""
    assert [(one.title, one.url) for one in read_opml(text)] == [("One", "http://one.example/rss")]


ELSEWHERE = b"<!DOCTYPE o [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><opml>&x;</opml>"


@pytest.mark.parametrize("text", [b"", b"<html/>", b"<opml/>", b"{}", ELSEWHERE])
def test_what_is_no_opml_is_refused(text: bytes) -> None:
    with pytest.raises(CatalogueError):
        read_opml(text)


def test_secrets_in_an_address_are_taken_out_of_it() -> None:
    url, found = roster.split_secrets("https://w.example/feed?a=1&api_token=s3cret")
    assert url == "https://w.example/feed?a=1"
    assert found is not None
    assert found.address(url) == "https://w.example/feed?a=1&api_token=s3cret"
    url, found = roster.split_secrets("https://me:p%40ss@w.example/feed")
    assert url == "https://w.example/feed"
    assert found is not None
    assert found.secret == "p@ss"
    with pytest.raises(UsageError):
        roster.split_secrets("mailto:me@w.example")


async def test_a_site_leads_to_its_feed(newsroom: Newsroom) -> None:
    newsroom.serve("/news.xml", rss(Item("A", "http://w.example/a")))
    page = b"""<!doctype html><head><base href="/"><link rel="alternate" title="Comments feed"
    type="application/rss+xml" href="/comments"><link rel="alternate"
    type="application/rss+xml" href="news.xml"></head>"""
    site = newsroom.serve("/", page, content_type="text/html")
    async with Fetcher(allow_private=True) as fetcher:
        found = await find_feed(fetcher, ParserPool(processes=0), site)
    assert found.address == newsroom.address("/news.xml")
    assert found.way == "named"
    way, guesses = candidates(b"<html></html>", "https://w.example/")
    assert (way, guesses[0]) == ("guessed", "https://w.example/feed/")


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(build(), ["feeds", *arguments])


@pytest.fixture
def _environment(monkeypatch: pytest.MonkeyPatch, sqlite_url: str, tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text("replace = true\n" + FEED)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", sqlite_url.replace("+aiosqlite", ""))
    monkeypatch.setenv("EXPORTNEWS_CATALOGUE", str(own))
    monkeypatch.setenv("EXPORTNEWS_ALLOW_PRIVATE_NETWORK", "1")


@pytest.mark.usefixtures("_environment")
def test_feeds_are_kept_from_the_command_line(tmp_path: Path) -> None:
    added = _run("add", "--no-fetch", "--name", "Wire", "https://w.example/feed")
    assert added.exit_code == 0, added.output
    listed = json.loads(_run("list", "--json").stdout)
    assert [one["publication"] for one in listed] == ["P", "Wire"]
    assert _run("pause", "Wire").exit_code == 0
    assert json.loads(_run("list", "--json").stdout)[0]["state"] == "paused"
    assert _run("resume", "https://w.example/feed").exit_code == 0
    file = tmp_path / "feeds.opml"
    assert _run("export", str(file)).exit_code == 0
    assert _run("remove", "Wire").exit_code == 0
    assert "1 feed added, 1 was there already." in _run("import", str(file)).stdout
    twice = _run("add", "--no-fetch", "http://www.w.example/feed/")
    assert isinstance(twice.exception, UsageError)


@pytest.mark.usefixtures("_environment")
def test_no_command_shows_what_is_secret_in_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPORTNEWS_SECRET_KEY", "a long random text")
    address = "https://me:never-shown@w.example/feed?token=never-shown&sid=never-shown"
    for words in (
        ("add", "--no-fetch", address),
        ("list",),
        ("list", "--json"),
        ("pause", address.replace("w.", "other.")),
        ("add", "--no-fetch", address.replace("https:", "ftp:")),
    ):
        told = _run(*words)
        assert "never-shown" not in told.output + str(told.exception), words


PAGE = """[[publication]]
name = "Q"
[[publication.feed]]
url = "https://q.example/news"
kind = "page"
select = { item = "li.news", link = "a.more" }
"""


@pytest.mark.usefixtures("_environment")
def test_a_pages_selectors_travel_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "own.toml"
    own.write_text("replace = true\n" + PAGE)
    file = tmp_path / "feeds.opml"
    assert _run("export", str(file)).exit_code == 0
    own.write_text("replace = true\n" + FEED)
    other = f"sqlite:///{tmp_path}/other.sqlite3"
    monkeypatch.setenv("DATABASE_URL", other)
    assert _run("import", str(file)).exit_code == 0
    again = tmp_path / "again.opml"
    assert _run("export", str(again)).exit_code == 0
    (page,) = [one for one in read_opml(again.read_bytes()) if one.kind == "page"]
    assert dict(page.select) == {"item": "li.news", "link": "a.more"}


@pytest.mark.usefixtures("_environment")
async def test_adding_a_site_says_which_feed_was_taken(newsroom: Newsroom) -> None:
    newsroom.serve("/feed/", rss(Item("A", "http://w.example/a"), title="Guessed"))
    newsroom.serve("/news.xml", rss(Item("A", "http://w.example/a"), title="Named"))
    named = b'<!doctype html><link rel=alternate type="application/rss+xml" href="/news.xml">'
    bare = newsroom.serve("/", b"<!doctype html><p>Hi", content_type="text/html")
    added = await asyncio.to_thread(_run, "add", bare)
    assert added.exit_code == 0, added.output
    assert "names no feed" in added.output
    assert newsroom.address("/feed/") in added.output
    site = newsroom.serve("/site", named, content_type="text/html")
    added = await asyncio.to_thread(_run, "add", site)
    assert "it names this feed" in added.output
    assert newsroom.address("/news.xml") in added.output


@pytest.mark.usefixtures("_environment")
def test_an_address_that_leads_nowhere_is_wrong_use() -> None:
    for words in (("add", "notaurl.invalid"), ("check", "notaurl.invalid"), ("add", "ftp://x/")):
        done = _run(*words)
        assert done.exit_code == 2 or isinstance(done.exception, UsageError), done.output
        assert "Traceback" not in done.output


@pytest.mark.usefixtures("_environment")
def test_a_secret_is_kept_encrypted_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    address = "https://w.example/feed?token=s3cret"
    refused = _run("add", "--no-fetch", "--name", "Private", address)
    assert "EXPORTNEWS_SECRET_KEY" in str(refused.exception)
    monkeypatch.setenv("EXPORTNEWS_SECRET_KEY", "a long random text")
    assert _run("add", "--no-fetch", "--name", "Private", address).exit_code == 0
    for shown in (_run("list", "--json"), _run("list"), _run("export")):
        assert "s3cret" not in shown.stdout


@pytest.mark.parametrize("command", [["import"], ["feeds", "import"]])
def test_a_folder_in_place_of_a_file_is_called_one(command: list[str], tmp_path: Path) -> None:
    result = CliRunner().invoke(build(), [*command, str(tmp_path)])
    assert result.exit_code != 0
    assert f"{tmp_path} is a folder; give " in str(result.exception)
