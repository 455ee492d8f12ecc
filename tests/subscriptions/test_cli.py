"""Promise: operators set from the command line what teams set in chat."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from bot.cli import main
from bot.cli.opening import open_database
from bot.news.taxonomy import SHIPPED, load_taxonomy
from bot.subscriptions.model import Actor, ChannelRef
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


def test_a_watch_says_under_which_names_it_finds_a_company(
    capsys: pytest.CaptureFixture[str],
) -> None:
    known = run(capsys, "watch", *HERE, "Huawei Technologies Co., Ltd.")[1]
    assert known.startswith("Watching Huawei Technologies Co., Ltd.\n"), "one stop"
    assert "found under its other names too: Huawei, 华为, 华为技术.\n" in known
    other = run(capsys, "watch", *HERE, "Orion Steel Works Ltd")[1]
    assert "without its legal form too (“Orion Steel Works”), but under no shorter" in other


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


async def _name(workspace: str, channel: str, name: str) -> None:
    async with open_database() as db:
        ref = ChannelRef("slack", workspace, channel, name)
        await Subscriptions(db, load_taxonomy()).subscribe(ref, Actor("cli"), ["sanctions"])


def test_a_workspace_that_is_not_connected_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("subscribe", "-w", "T0123456", "-c", "C0123456", "sanctions")
    status, out, err = run(capsys, *words)
    assert (status, out) == (0, "Subscribed to sanctions.\n")
    assert err.startswith("No Slack workspace T0123456 is connected yet")
    asyncio.run(_connect("T0123456"))
    assert run(capsys, *words)[2] == ""


def test_words_that_are_no_topics_are_named_and_the_others_done_as_in_chat(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for command, done in (("subscribe", "Subscribed to"), ("unsubscribe", "Unsubscribed from")):
        status, out, err = run(capsys, command, *HERE, "entity-list", "weather")
        assert (status, out) == (1, f"{done} entity-list.\n")
        assert err.endswith("There is no topic “weather”; `exportnews topics` lists them all.\n")


def test_wrong_use_is_one_line_and_status_2(capsys: pytest.CaptureFixture[str]) -> None:
    for words, sentence in (
        (
            ("subscribe", *HERE, "entty-list"),
            "There is no topic “entty-list”. Did you mean `entity-list`",
        ),
        (
            ("subscribe", "--channel", "C1", "sanctions"),
            "There is no channel C1 in the console; known: console. For Slack or Teams name the",
        ),
        (
            ("subscribe", "--platform", "teams", "sanctions"),
            "No Teams workspace is known here yet: name it with --workspace, or write",
        ),
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


def test_where_there_is_only_the_console_nothing_need_be_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(capsys, "subscribe", "sanctions")[:2] == (0, "Subscribed to sanctions.\n")
    assert run(capsys, "watch", "Acme Foundries")[:2] == (0, "Watching Acme Foundries.\n")
    status, out, _ = run(capsys, "subscriptions")
    assert (status, out.splitlines()[0]) == (0, "console")
    status, _, err = run(capsys, "unsubscribe", "-c", "desk", "sanctions")
    assert (status, err) == (2, "desk gets nothing yet in the console; these do: console.\n")
    assert run(capsys, "unsubscribe", "sanctions")[:2] == (0, "Unsubscribed from sanctions.\n")
    status, out, err = run(capsys, "subscribe", "-p", "console", "-c", "desk", "sanctions")
    assert (status, out) == (0, "Subscribed to sanctions.\n")
    assert err.startswith("desk is new in the console, which has console; what comes to it is")
    status, out, err = run(capsys, "subscriptions", "-c", "dsk")
    assert (status, out, err) == (0, "", "dsk gets nothing; these do: console, desk.\n")


def test_the_one_workspace_and_channel_there_is_need_not_be_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    run(capsys, "subscribe", "licensing")  # the console, tried before
    asyncio.run(_connect("T1"))
    for channel in ("C1", "C2"):
        assert run(capsys, "subscribe", "-c", channel, "sanctions")[0] == 0
        _, out, _ = run(capsys, "subscriptions", "-w", "T1", "--json")
        assert json.loads(out)[-1]["channel"] == channel
        watching = run(capsys, "watch", f"Acme of {channel}")
        if channel == "C1":
            assert watching[:2] == (0, "Watching Acme of C1.\n")
            assert watching[2].startswith("No channel was named; this is C1 in the Slack workspace")
    assert watching[0] == 2
    assert watching[2] == "Name the channel with --channel; known: C1, C2.\n"
    asyncio.run(_connect("T2"))
    assert run(capsys, "watch", "-c", "C2", "Acme")[0] == 0, "only one workspace has it"
    status, _, err = run(capsys, "subscribe", "-c", "C3", "sanctions")
    assert (status, err) == (
        2,
        "Name the workspace with --workspace; known: T1 (Slack: Home), T2 (Slack: Home).\n",
    )
    _, out, _ = run(capsys, "subscriptions", "--json")
    assert [one["workspace"] for one in json.loads(out)] == ["console", "T1", "T1"]
    _, _, err = run(capsys, "subscriptions", "-w", "T9")
    assert err == ("T9 is not known here; known: console, T1 (Slack: Home), T2 (Slack: Home).\n")


def test_a_channel_of_slack_may_be_called_by_its_name(
    capsys: pytest.CaptureFixture[str],
) -> None:
    asyncio.run(_connect("T1"))
    asyncio.run(_name("T1", "C1", "alerts"))
    assert run(capsys, "watch", "-c", "#alerts", "Acme") == (0, "Watching Acme.\n", "")
    status, _, err = run(capsys, "watch", "-c", "general", "Acme")
    assert status == 0
    assert err == (
        "general is no channel's id in Slack, which looks like C0123456789; known here: C1 "
        "(#alerts).\n"
    )


def test_with_slack_set_up_but_never_started_the_console_is_not_meant(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    status, _, err = run(capsys, "subscribe", "-c", "C1", "sanctions")
    assert status == 2
    assert err == (
        "No workspace is known here yet: name it with --workspace, or start `exportnews run` "
        "once. Alerts also go to --platform teams, webhook or console.\n"
    )


def test_the_console_needs_no_workspace(capsys: pytest.CaptureFixture[str]) -> None:
    status, _, _ = run(capsys, "subscribe", "-p", "console", "-c", "console", "all")
    assert status == 0
    _, out, _ = run(capsys, "subscriptions", "-p", "console", "--json")
    assert json.loads(out)[0]["workspace"] == "console"


def test_a_topic_dropped_from_the_taxonomy_is_shown_and_taken_away(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own = tmp_path / "own.toml"
    shipped = SHIPPED.read_text("utf-8")
    own.write_text(shipped.replace('id = "entity-list"', 'id = "military-list"'), "utf-8")
    monkeypatch.setenv("EXPORTNEWS_TAXONOMY", str(own))
    assert run(capsys, "subscribe", *HERE, "military-list", "sanctions")[0] == 0
    monkeypatch.delenv("EXPORTNEWS_TAXONOMY")
    _, out, _ = run(capsys, "subscriptions", *HERE)
    marked = "military-list: no longer in the taxonomy; unsubscribe military-list takes it away"
    assert marked in " ".join(out.split())
    status, out, _ = run(capsys, "unsubscribe", *HERE, "military-list")
    assert (status, out) == (0, "Unsubscribed from military-list.\n")
