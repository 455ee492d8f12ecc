"""`exportnews feeds check`, as a process, against a real server."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
from pathlib import Path

import pytest

from bot.errors import FetchFailed
from bot.feeds.addresses import shown
from bot.feeds.fetcher import Fetcher, Request
from tests.support.newsroom import Item, Newsroom, rss


async def _check(folder: Path, *arguments: str, private: str = "1") -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "feeds",
        "check",
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=os.environ
        | {
            "EXPORTNEWS_ALLOW_PRIVATE_NETWORK": private,
            "DATABASE_URL": f"sqlite:///{folder}/never-made.sqlite3",
            "COLUMNS": "200",
        },
    )
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


async def test_check_prints_what_was_read_and_stores_nothing(
    newsroom: Newsroom, tmp_path: Path
) -> None:
    url = newsroom.serve("/feed", rss(Item("One", "/1", "id"), Item("Two", "/2"))[:-10])
    status, out, err = await _check(tmp_path, url, "--json")
    assert (status, err) == (0, "")
    read = json.loads(out)
    assert (read["url"], read["status"], read["title"]) == (url, 200, "Trade Wire")
    assert [entry["title"] for entry in read["entries"]] == ["One", "Two"]
    assert set(read["entries"][0]) == {
        "id", "title", "link", "summary", "published", "updated", "authors", "categories"
    }  # fmt: skip
    assert any("cut off" in problem for problem in read["problems"])
    assert not (tmp_path / "never-made.sqlite3").exists()


async def test_check_names_the_feed_of_a_page(newsroom: Newsroom, tmp_path: Path) -> None:
    feed = newsroom.serve("/feed", rss(Item("One", "/1", "id")))
    link = b"<link rel=alternate type=application/rss+xml href=/feed>"
    page = newsroom.serve(
        "/", b"<!doctype html><html><head>" + link + b"</head></html>", content_type="text/html"
    )
    status, out, err = await _check(tmp_path, page)
    assert (status, out) == (2, "")
    assert err == f"{page}: This is a web page; for its feed: exportnews feeds check {feed}\n"


async def test_check_refuses_in_one_line(newsroom: Newsroom, tmp_path: Path) -> None:
    page = newsroom.serve("/page", b"<!doctype html><title>Hi</title>", content_type="text/html")
    for arguments, private in (((page,), "1"), ((newsroom.address("/404"),), "1"), ((page,), "0")):
        status, out, err = await _check(tmp_path, *arguments, private=private)
        assert (status, out) == (2, "")
        assert err.count("\n") == 1
        assert "Traceback" not in err


def _free_port() -> int:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        return int(closed.getsockname()[1])


async def test_check_says_why_a_server_was_not_reached() -> None:
    """Through either client, for http and for https."""
    async with Fetcher(allow_private=True) as fetcher:
        for scheme in ("http", "https"):
            for host, sentence in (
                (f"127.0.0.1:{_free_port()}", "refuses the connection"),
                ("no-such-host.invalid", "No server has this name"),
            ):
                with pytest.raises(FetchFailed, match=sentence):
                    await fetcher.fetch(Request(f"{scheme}://{host}/feed"))


def test_an_address_is_shown_as_it_can_be_typed_again() -> None:
    assert shown("http://[::1]:9/feed?key=s3cret") == "http://[::1]:9/feed?key=..."
