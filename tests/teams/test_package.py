"""Promise: `exportnews teams package` writes what Teams takes: manifest and icons, zipped."""

from __future__ import annotations

import json
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import typer
from typer.testing import CliRunner

from bot.cli.teams import register
from bot.teams.package import AppDetails, build, manifest
from tests.support.teams import APP_ID, TENANT

DETAILS = AppDetails(APP_ID, "1.2.3", "Trade desk", "https://desk.example")


def test_the_package_is_manifest_and_icons_and_always_the_same(tmp_path: Path) -> None:
    path = tmp_path / "app.zip"
    path.write_bytes(build(DETAILS))
    with zipfile.ZipFile(path) as package:
        assert package.namelist() == ["manifest.json", "color.png", "outline.png"]
        assert json.loads(package.read("manifest.json")) == manifest(DETAILS)
        colour, outline = pixels(package.read("color.png")), pixels(package.read("outline.png"))
    assert len(colour) == 192
    assert all(alpha == 255 for row in colour for *_rgb, alpha in row), "no pixel shows through"
    assert len(outline) == 32
    assert {tuple(rgb) for row in outline for *rgb, _alpha in row} == {(255, 255, 255)}
    assert {alpha for row in outline for *_rgb, alpha in row} >= {0, 255}
    assert build(DETAILS) == path.read_bytes()


def test_the_manifest_is_as_microsofts_schema_asks() -> None:
    schema = json.loads((Path(__file__).parent / "data" / "teams-app-1.30.json").read_text("utf-8"))
    shown = manifest(DETAILS)
    assert list(jsonschema_rs.validator_for(schema).iter_errors(shown)) == []
    assert shown["manifestVersion"] in shown["$schema"]
    (bot,) = shown["bots"]
    (extension,) = shown["composeExtensions"]
    assert bot["botId"] == extension["botId"] == shown["id"] == APP_ID
    (search,) = extension["commands"]
    assert (search["id"], search["parameters"][0]["name"]) == ("search", "query")


@pytest.mark.parametrize("most", [True, False])
def test_whatever_details_are_taken_make_a_manifest_that_is_taken(most: bool) -> None:
    schema = json.loads((Path(__file__).parent / "data" / "teams-app-1.30.json").read_text("utf-8"))
    details = AppDetails(
        APP_ID,
        "10.20.30" if most else "0.0.1",
        "d" * (32 if most else 1),
        "https://desk.example/" + ("p" * 2_000 if most else ""),
        name="n" * (30 if most else 1),
    )
    assert list(jsonschema_rs.validator_for(schema).iter_errors(manifest(details))) == []


def test_operators_say_who_may_change_settings(sqlite_url: str) -> None:
    env = {"DATABASE_URL": sqlite_url, "TENANT_ID": TENANT}
    assert "everyone" in run(env=env, command="permission").output
    assert "members" in run("members", env=env, command="permission").output
    assert "members" in run(env=env, command="permission").output
    assert "members" not in run("--tenant", "other", env=env, command="permission").output
    assert "is one of" in str(run("nobody", env=env, command="permission").exception)


def run(*words: str, env: dict[str, str], command: str = "package") -> Any:
    app = typer.Typer()
    register(app)
    return CliRunner().invoke(app, ["teams", command, *words], env=env)


def test_the_command_writes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = run(
        "--website",
        "https://desk.example",
        "--app-version",
        "2.0.1",
        env={"CLIENT_ID": APP_ID, "CLIENT_SECRET": "s"},
    )
    assert done.exit_code == 0
    with zipfile.ZipFile(tmp_path / "exportnews-teams.zip") as package:
        assert json.loads(package.read("manifest.json"))["version"] == "2.0.1"


@pytest.mark.parametrize(
    ("words", "env", "said"),
    [
        ((), {"CLIENT_ID": APP_ID}, "--website"),
        (("--website", "http://desk.example"), {"CLIENT_ID": APP_ID}, "--website"),
        (("--website", "https://desk.example"), {}, "CLIENT_ID"),
        (
            ("--website", "https://desk.example", "--app-version", "2"),
            {"CLIENT_ID": APP_ID},
            "version",
        ),
        (
            ("--website", "https://desk.example", "--name", "x" * 31),
            {"CLIENT_ID": APP_ID},
            "--name",
        ),
        (
            ("--website", "https://desk.example", "--out", "/nowhere/app.zip"),
            {"CLIENT_ID": APP_ID},
            "/nowhere",
        ),
    ],
)
def test_what_teams_would_not_take_is_said_in_a_sentence(
    words: tuple[str, ...],
    env: dict[str, str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run(*words, env=env)
    assert done.exception is not None
    assert said in str(done.exception)
    assert not list(tmp_path.iterdir())


def pixels(png: bytes) -> list[list[tuple[int, ...]]]:
    """Read an unfiltered RGBA image; rows of pixels."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    at, data, size = 8, b"", 0
    while at < len(png):
        (length,), kind = struct.unpack(">I", png[at : at + 4]), png[at + 4 : at + 8]
        body = png[at + 8 : at + 8 + length]
        assert struct.unpack(">I", png[at + 8 + length : at + 12 + length])[0] == zlib.crc32(
            kind + body
        )
        if kind == b"IHDR":
            size = struct.unpack(">I", body[:4])[0]
        if kind == b"IDAT":
            data += body
        at += 12 + length
    raw = zlib.decompress(data)
    width = 1 + 4 * size
    assert len(raw) == width * size
    rows = [raw[start + 1 : start + width] for start in range(0, len(raw), width)]
    return [[tuple(row[x : x + 4]) for x in range(0, len(row), 4)] for row in rows]
