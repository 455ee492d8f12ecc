"""Promise: the command starts at once, and says what is wrong with its words in one sentence."""

from __future__ import annotations

import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

import bot.cli
from bot.cli import main
from bot.cli.lazy import load
from bot.cli.table import COMMANDS
from bot.settings import Settings, load_settings
from tests.support.bot import write_catalogue

HEAVY = {"sqlalchemy", "pydantic_settings", "aiohttp", "slack_sdk", "feedparser", "alembic"}


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Run the command; gives its exit status, output and error output."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["exportnews", *words])
        with pytest.raises(SystemExit) as stopped:
            main()
    shown = capsys.readouterr()
    return int(stopped.value.code or 0), shown.out, shown.err


def test_every_command_is_listed_with_its_own_first_line() -> None:
    listed = {(one.module, one.name): one.help for one in COMMANDS}
    found = {
        (module.name, name): (command.help or "").split("\n\n")[0].replace("\n", " ")
        for module in pkgutil.iter_modules(bot.cli.__path__)
        if "def register" in (Path(bot.cli.__path__[0]) / f"{module.name}.py").read_text("utf-8")
        for name, command in load(module.name).items()
    }
    assert listed == found


def test_a_list_of_the_commands_imports_none_of_them() -> None:
    code = (
        "import sys; from bot.cli import main\n"
        "sys.argv = ['exportnews', '--help']\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(*{name.split('.')[0] for name in sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert all(one.name in done.stdout for one in COMMANDS)
    assert HEAVY.isdisjoint(done.stdout.splitlines()[-1].split())


def test_every_command_and_group_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    for one in COMMANDS:
        for word in ("--help", "-h"):
            status, out, _ = run(capsys, one.name, word)
            assert (status, one.help.split()[0] in out) == (0, True), one.name


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("search", "--limit", "0", "x"), "--limit must be 1 or more. See `exportnews search"),
        (("serch",), "No such command serch. Did you mean search? See `exportnews --help`."),
        (("feeds", "list", "--nope"), "No such option: --nope. See `exportnews feeds list --help`"),
        (("search",), "Missing argument query. See `exportnews search --help`."),
        (("web", "--port", "99999"), "--port must be 65535 or less. See `exportnews web --help`."),
        (("run", "--port", "-1"), "--port must be 0 or more. See `exportnews run --help`."),
        (
            ("subscribe", "--platform", "fax", "sanctions", "--channel", "C1"),
            "--platform / -p must be slack, teams, console or webhook.",
        ),
    ],
)
def test_wrong_words_are_one_sentence_and_status_2(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], sentence: str
) -> None:
    status, out, err = run(capsys, *words)
    assert (status, out) == (2, "")
    assert err.startswith(sentence)
    assert err.count("\n") == 1


@pytest.mark.parametrize("host", ["192.0.2.1", "not..a..host"])
def test_an_address_that_is_not_this_machines_is_named(
    capsys: pytest.CaptureFixture[str], host: str
) -> None:
    status, _, err = run(capsys, "web", "--host", "", "--port", "0")
    assert (status, err.splitlines()[-1].startswith("--host is empty; give")) == (2, True)
    status, out, err = run(capsys, "web", "--host", host, "--port", "0")
    assert (status, out) == (2, "")
    assert err.splitlines()[-1].startswith(f"--host {host} is no address of this machine; give")
    assert "PORT" not in err


def test_a_record_of_days_that_end_before_they_begin_is_refused(
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = ("audit", "--since", "2026-03-02", "--until", "2026-03-01")
    status, out, err = run(capsys, *words)
    assert (status, out) == (2, "")
    assert err == "--since 2026-03-02 is after --until 2026-03-01; exchange them.\n"


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("EXPORTNEWS_POLL_SECONDS", "soon", "EXPORTNEWS_POLL_SECONDS must be a number."),
        ("PORT", "99999", "PORT must be 65535 or less."),
        ("EXPORTNEWS_LOG_FORMAT", "xml", "EXPORTNEWS_LOG_FORMAT must be console or json."),
        ("EXPORTNEWS_KEEP_ENTRIES_DAYS", "1.5", "EXPORTNEWS_KEEP_ENTRIES_DAYS must be a whole"),
        ("EXPORTNEWS_ALLOW_PRIVATE_NETWORK", "perhaps", "EXPORTNEWS_ALLOW_PRIVATE_NETWORK must"),
        ("SLACK_BOT_TOKEN", "xapp-1-secret", "SLACK_BOT_TOKEN must be a bot token, which starts"),
        ("DATABASE_URL", "mysql://root:secret@host/db", "DATABASE_URL must start with sqlite:///"),
        ("DATABASE_URL", "postgres://u:secret@host:abc/db", "DATABASE_URL must be an address"),
        ("DATABASE_URL", "postgres://u:secret@[::1/db", "DATABASE_URL must be an address"),
        ("EXPORTNEWS_PUBLIC_URL", "foo", "EXPORTNEWS_PUBLIC_URL must be an address, as in https:"),
        ("EXPORTNEWS_PUBLIC_URL", "ftp://x.example", "EXPORTNEWS_PUBLIC_URL must be an address"),
        ("EXPORTNEWS_OPERATORS", "anna", "EXPORTNEWS_OPERATORS must be TEAM_ID/USER_ID, as in"),
        ("DATABASE_URL", "sqlite://", "DATABASE_URL must name a file"),
        ("DATABASE_URL", "sqlite://news.sqlite3", "DATABASE_URL must name a file"),
    ],
)
def test_a_wrong_setting_is_one_sentence_that_names_it_and_not_its_value(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    value: str,
    sentence: str,
) -> None:
    monkeypatch.setenv(name, value)
    status, out, err = run(capsys, "search", "x")
    assert (status, out) == (2, "")
    assert err.startswith(sentence)
    assert err.endswith(". Correct it and start again.\n")
    assert "secret" not in err.removeprefix(name)
    assert err.count("\n") == 1


def test_the_settings_are_shown_without_secrets(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    secrets = [name for name, field in Settings.model_fields.items() if "Secret" in repr(field)]
    assert len(secrets) >= 7
    for name in secrets:
        start = {"slack_bot_token": "xoxb-", "slack_app_token": "xapp-"}.get(name, "")
        monkeypatch.setenv(name.upper(), f"{start}never-shown")
    monkeypatch.setenv("DATABASE_URL", "postgresql://bot:never-shown@db.example/news")
    status, out, err = run(capsys, "settings")
    assert (status, err) == (0, "")
    assert all(f"{name.upper()} = set" in out for name in secrets)
    assert "DATABASE_URL = postgresql://bot:***@db.example/news" in out
    assert "never-shown" not in out


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("postgres://bot@127.0.0.1:1/news?password=never%2Dshown", "bot:***@127.0.0.1:1/news"),
        ("postgres:///news?host=/nowhere&password=never-shown", ":***@/news?host=/nowhere"),
        ("postgres://bot:x@127.0.0.1:1/news?sslpassword=never-shown", "sslpassword=***"),
        ("postgres://bot:never-shown#/?@127.0.0.1:1/news", "bot:***@127.0.0.1:1/news"),
    ],
)
def test_a_password_is_hidden_wherever_it_stands_in_the_address(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], address: str, told: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", address)
    monkeypatch.setenv("EXPORTNEWS_PUBLIC_URL", "https://me:never-shown@bot.example")
    status, out, err = run(capsys, "settings")
    assert (status, err) == (0, "")
    assert told in out
    assert "never" not in out.replace("never shown", "")
    assert any("never-shown" in secret for secret in load_settings().secrets), "so no log has it"
    for words in (("search", "x"), ("db", "upgrade"), ("db", "restored")):
        _, out, err = run(capsys, *words)
        assert "never" not in out + err


def test_a_slip_in_the_path_of_the_database_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "slip.sqlite3"
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{file}")
    status, _, err = run(capsys, "search", "x")
    assert status == 0
    assert f"There was no database at {file}" in err
    assert run(capsys, "search", "x")[2] == ""


def test_the_default_database_is_shown_as_it_is_written(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    shown = run(capsys, "settings")[1]
    assert re.search(r"DATABASE_URL = sqlite:///\S+ \(the default\)\n", shown)


def test_a_file_that_is_no_database_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("Not a database at all. " * 200)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{file}")
    for words in (("search", "x"), ("db", "upgrade"), ("db", "restored")):
        status, _, err = run(capsys, *words)
        assert (status, err) == (1, f"{file} is no SQLite database; check DATABASE_URL.\n")


def test_nothing_is_restored_where_there_is_no_database(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "slip.sqlite3"
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{file}")
    status, _, err = run(capsys, "db", "restored")
    assert (status, err) == (2, f"There is no database at {file}; check DATABASE_URL.\n")
    assert not file.exists()


def test_topics_of_ones_own_count_where_they_are_set(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "mine.toml"
    more = """
[[topic]]
id = "antarctic-trade"
title = "Antarctic trade"
definition = "Trade with Antarctica."
excludes = "Penguins."

[words.antarctica]
phrases = ["Antarctica"]

[[topic.rule]]
name = "antarctica"
when = ["antarctica"]
strength = "sure"
"""
    assert run(capsys, "topics", "--copy", str(file))[0] == 0
    assert run(capsys, "topics", "--copy", str(file))[0] == 2, "it replaces nothing"
    with file.open("a", encoding="utf-8") as mine:
        mine.write(more)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'bot.sqlite3'}")
    monkeypatch.setenv("EXPORTNEWS_TAXONOMY", str(file))
    assert "antarctic-trade" in run(capsys, "topics", "--json")[1]
    said = run(capsys, "subscribe", "antarctic-trade", "-c", "https://h.example/x", "-p", "console")
    assert "Subscribed to antarctic-trade" in said[1]
    news = tmp_path / "news.jsonl"
    news.write_text(
        '{"id": "a", "title": "Exports to Antarctica are stopped", "source": "Wire", '
        '"url": "https://wire.example/a", "published": "2026-02-10T09:00:00Z"}\n'
    )
    assert run(capsys, "import", str(news))[0] == 0
    assert "Exports to" in run(capsys, "search", "topic:antarctic-trade")[1]
    file.write_text("nonsense = 1", "utf-8")
    for words in (("topics",), ("run", "--once")):
        status, _, err = run(capsys, *words)
        assert status == 2
        assert "nobody knows “nonsense”" in err
    file.unlink()
    status, _, err = run(capsys, "topics")
    assert (status, "EXPORTNEWS_TAXONOMY names a file that is not there" in err) == (2, True)


def test_it_says_its_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "--version")[1].strip().count(".") == 2


def test_a_feed_of_the_catalogue_that_was_removed_comes_back(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    sqlite_url: str,
    tmp_path: Path,
) -> None:
    url = "https://wire.example/feed.xml"
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    monkeypatch.setenv("EXPORTNEWS_CATALOGUE", str(write_catalogue(tmp_path, url)))
    assert run(capsys, "feeds", "list")[0] == 0
    assert run(capsys, "feeds", "remove", "1")[0] == 0
    assert url not in run(capsys, "feeds", "list", "--json")[1]
    status, out, _ = run(capsys, "feeds", "add", url, "--no-fetch")
    assert (status, out.split(":")[0]) == (0, "Feed 1 is watched")
    assert url in run(capsys, "feeds", "list", "--json")[1]
    assert run(capsys, "feeds", "pause", "1")[0] == 0
    status, _, said = run(capsys, "feeds", "add", url, "--no-fetch")
    assert (status, "and paused. `exportnews feeds resume 1`" in said) == (2, True)
    assert run(capsys, "feeds", "resume", "1")[0] == 0


def test_a_list_of_feeds_without_end_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    status, _, said = run(capsys, "feeds", "import", "/dev/zero")
    assert (status, said.count("\n")) == (2, 1)
    assert "larger than 10 MB" in said
