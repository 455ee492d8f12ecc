"""Promise: operators set from the command line what teams set in chat."""

from __future__ import annotations

import asyncio
import json

import pytest

from bot.cli import main
from bot.cli.opening import open_database
from bot.news.taxonomy import load_taxonomy
from bot.subscriptions.service import Subscriptions


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Run the command; gives its exit status, output and error output."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["exportnews", *words])
        with pytest.raises(SystemExit) as stopped:
            main()
    shown = capsys.readouterr()
    return int(stopped.value.code or 0), shown.out, shown.err


HERE = ("--workspace", "T1", "--channel", "C1")


def test_a_channel_is_set_up_shown_and_cleared(capsys: pytest.CaptureFixture[str]) -> None:
    score = ("--min-score", "0.7")
    status, out, _ = run(capsys, "subscribe", *HERE, *score, "blacklist", "Chip Controls")
    assert (status, out) == (0, "Subscribed to entity-list, chip-controls.\n")
    status, out, _ = run(capsys, "watch", *HERE, "Acme [bold] Foundries", "--alias", "AFC Holding")
    assert (status, out) == (0, "Watching Acme [bold] Foundries.\nIts other names: AFC Holding.\n")
    _, out, _ = run(capsys, "subscriptions", "--workspace", "T1")
    assert out.startswith("C1, slack T1\n")
    assert "  Entity List: at once, from score 0.7, set by an operator (" in out
    assert "  watch Acme [bold] Foundries (= AFC Holding): at once, set by" in out
    assert "  Daily digests come at 08:00 (UTC), weekly ones on Monday." in out
    status, out, _ = run(capsys, "unsubscribe", *HERE, "chip-controls", "sanctions")
    assert "Unsubscribed from chip-controls." in out
    assert "Was not subscribed to sanctions." in out
    assert run(capsys, "unwatch", *HERE, "Acme [bold] Foundries")[0] == 0
    _, out, _ = run(capsys, "subscriptions", "--workspace", "T1", "--json")
    (channel,) = json.loads(out)
    assert (channel["channel"], channel["platform"]) == ("C1", "slack")
    assert [s["target"] for s in channel["subscriptions"]] == ["entity-list"]
    _, out, _ = run(capsys, "subscriptions", "--workspace", "T2")
    assert out == "No channel of this workspace gets anything yet.\n"


def test_a_watch_is_written_as_in_chat(capsys: pytest.CaptureFixture[str]) -> None:
    typed = 'Borealis Optik = "Borealis Optics", 北光'
    status, out, _ = run(capsys, "watch", *HERE, typed, "--alias", "BOAG")
    assert status == 0
    assert out == "Watching Borealis Optik.\nIts other names: Borealis Optics, 北光, BOAG.\n"
    assert run(capsys, "unwatch", *HERE, typed)[1] == "Watching no more Borealis Optik.\n"
    status, _, err = run(capsys, "watch", *HERE, " = Borealis")
    assert (status, err.count("\n")) == (2, 1)


async def _connect(workspace: str) -> None:
    async with open_database() as db:
        await Subscriptions(db, load_taxonomy()).install("slack", workspace, "Home")


def test_a_workspace_that_is_not_connected_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("subscribe", "-w", "T0123456", "-c", "C0123456", "sanctions")
    status, out, err = run(capsys, *words)
    assert (status, out) == (0, "Subscribed to sanctions.\n")
    assert err.startswith("Saved; but no slack workspace T0123456 is connected yet")
    asyncio.run(_connect("T0123456"))
    assert run(capsys, *words)[2] == ""


def test_words_that_are_no_topics_are_named_and_the_others_done_as_in_chat(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for command, done in (("subscribe", "Subscribed to"), ("unsubscribe", "Unsubscribed from")):
        status, out, err = run(capsys, command, *HERE, "entity-list", "weather")
        assert (status, out) == (1, f"{done} entity-list.\n")
        assert err.endswith("There is no topic “weather”; `topics` lists them all.\n")


def test_wrong_use_is_one_line_and_status_2(capsys: pytest.CaptureFixture[str]) -> None:
    for words, sentence in (
        (
            ("subscribe", *HERE, "entty-list"),
            "There is no topic “entty-list”. Did you mean `entity-list`",
        ),
        (("subscribe", "--channel", "C1", "sanctions"), "Name the slack workspace"),
        (("unwatch", *HERE, "Acme Foundries"), "C1 gets nothing yet"),
        (
            ("subscribe", "--platform", "webhook", "--channel", "https://h.example/x", "sanctions"),
            "EXPORTNEWS_SECRET_KEY is missing",
        ),
    ):
        status, out, err = run(capsys, *words)
        assert (status, out) == (2, "")
        assert err.startswith(sentence)
        assert err.count("\n") == 1


def test_the_console_needs_no_workspace(capsys: pytest.CaptureFixture[str]) -> None:
    status, _, _ = run(capsys, "subscribe", "-p", "console", "-c", "console", "all")
    assert status == 0
    _, out, _ = run(capsys, "subscriptions", "-p", "console", "--json")
    assert json.loads(out)[0]["workspace"] == "console"
