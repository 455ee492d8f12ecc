"""Promise: the files of docs/deploy are well formed, do what they say, and give no more rights.

No container runtime is needed: what the container file does is read and, where possible, done here.
"""

from __future__ import annotations

import configparser
import json
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from bot.cli import build
from bot.settings import Settings
from tests.docs.named import ROOT
from tests.whole.test_processes import answers, environment, exportnews

FOLDER = ROOT / "docs" / "deploy"
UNIT = FOLDER / "exportnews@.service"
COMPOSE: dict[str, Any] = yaml.safe_load((FOLDER / "compose.yaml").read_text("utf-8"))
OURS = ("release", "web", "worker")
EXPOSURE = 2.0
"""What systemd calls OK, of 10; a unit without any hardening has 9.6."""


def instructions() -> list[tuple[str, str]]:
    """Give the container file's instructions: the word and what follows it."""
    text = (FOLDER / "Containerfile").read_text("utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines)]


STAGES = instructions()
LAST = STAGES[max(n for n, (word, _) in enumerate(STAGES) if word == "FROM") :]


def one(word: str) -> str:
    (found,) = [rest for name, rest in LAST if name == word]
    return found


def settings_of(names: set[str]) -> set[str]:
    return {name for name in names if name.lower() in Settings.model_fields}


def test_the_container_is_built_from_what_is_here() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    copied = [rest.split()[:-1] for word, rest in STAGES if word == "COPY" and "--from" not in rest]
    sources = {source for found in copied for source in found}
    assert all((ROOT / source).exists() for source in sources)
    assert {"bot", "handlers", "pyproject.toml", project["readme"], "LICENSE"} <= sources
    ignored = (ROOT / ".dockerignore").read_text("utf-8").split()
    assert sources == {line[1:] for line in ignored if line.startswith("!")}
    (install,) = [rest for word, rest in STAGES if word == "RUN" and '"install"' in rest]
    assert json.loads(install)[-3:] == ["-c", "constraints.txt", ".[sentry]"]
    assert "sentry" in project["optional-dependencies"]
    (version,) = {rest.split("-")[0].split(":")[1] for word, rest in STAGES if word == "FROM"}
    assert f"Programming Language :: Python :: {version}" in project["classifiers"]


def test_what_the_container_is_told_is_known() -> None:
    given = dict(pair.split("=", 1) for pair in shlex.split(one("ENV")))
    assert settings_of(set(given)) == {
        "DATABASE_URL",
        "EXPORTNEWS_LOG_FORMAT",
        "PORT",
        "EXPORTNEWS_METRICS_PORT",
    }
    assert given["PORT"] == given["EXPORTNEWS_METRICS_PORT"] == one("EXPOSE")
    for words in (json.loads(one("CMD")), *(COMPOSE["services"][name]["command"] for name in OURS)):
        takes(words)


def takes(words: list[str]) -> None:
    """Hold the words of a call against the command line."""
    assert json.loads(one("ENTRYPOINT")) == ["exportnews"]
    command: Any = get_command(build())
    context = command.make_context("exportnews", [], resilient_parsing=True)
    rest = words
    while hasattr(command, "resolve_command"):
        _name, command, rest = command.resolve_command(context, rest)
    command.make_context(command.name, rest, parent=context)


@pytest.mark.parametrize("part", ["web", "worker", "run"])
async def test_the_containers_health_check_tells_a_part_that_works(
    tmp_path: Path, part: str
) -> None:
    env = environment(tmp_path)
    env["EXPORTNEWS_METRICS_PORT"] = env["PORT"]
    check = json.loads(one("HEALTHCHECK").partition("CMD ")[2])
    command = [word.replace(":3000/", f":{env['PORT']}/") for word in check]
    assert command[0] == "python"
    away = subprocess.run([sys.executable, *command[1:]], capture_output=True, check=False)
    assert away.returncode != 0
    process = await exportnews(part, env=env)
    await answers(f"http://127.0.0.1:{env['PORT']}/healthz")
    subprocess.run([sys.executable, *command[1:]], capture_output=True, check=True)
    process.terminate()
    _out, err = await process.communicate()
    assert process.returncode == 0, err.decode()


def test_the_containers_have_no_rights_that_they_do_not_need() -> None:
    user = one("USER")
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", user)
    for name in OURS:
        service = COMPOSE["services"][name]
        assert service["user"] == user
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert "privileged" not in service
        assert "cap_add" not in service
    for service in COMPOSE["services"].values():
        assert "no-new-privileges:true" in service["security_opt"]
        for port in service.get("ports", []):
            assert port.startswith("127.0.0.1:"), "what is public is said by a proxy"


def test_the_compose_file_starts_its_parts_in_order() -> None:
    services = COMPOSE["services"]
    assert services["release"]["depends_on"] == {"db": {"condition": "service_healthy"}}
    for name in ("web", "worker"):
        after = services[name]["depends_on"]
        assert after == {"release": {"condition": "service_completed_successfully"}}
        assert settings_of(set(services[name]["environment"])) == set(services[name]["environment"])
        grace = int(services[name]["stop_grace_period"].removesuffix("s"))
        assert grace > Settings.model_fields["exportnews_shutdown_seconds"].default
    context = FOLDER / services["web"]["build"]["context"]
    assert context.resolve() == ROOT
    assert (ROOT / services["web"]["build"]["dockerfile"]).samefile(FOLDER / "Containerfile")


def unit() -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(UNIT.read_text("utf-8"))
    return parser


def test_the_unit_starts_what_there_is() -> None:
    service = unit()["Service"]
    assert service["ExecStart"] == "/opt/exportnews/bin/exportnews %i"
    for part in ("run", "web", "worker"):
        takes([part])
    longest = Settings.model_fields["exportnews_shutdown_seconds"].default
    assert int(service["TimeoutStopSec"]) > longest
    assert service["RestartPreventExitStatus"] == "2", "as the commands exit on a wrong setting"


def test_the_units_have_no_rights_that_they_do_not_need(tmp_path: Path) -> None:
    service = unit()["Service"]
    assert service["User"] == "exportnews"
    assert (service["NoNewPrivileges"], service["CapabilityBoundingSet"]) == ("yes", "")
    assert (service["ProtectSystem"], service["UMask"]) == ("strict", "0077")
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed here; the unit was only read")
    program = Path(sys.executable).parent / "exportnews"
    copy = tmp_path / UNIT.name
    copy.write_text(UNIT.read_text("utf-8").replace("/opt/exportnews/bin/exportnews", str(program)))
    checked = subprocess.run(
        ["systemd-analyze", "verify", str(copy)], capture_output=True, text=True, check=True
    )
    assert "exportnews" not in checked.stderr
    rated = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--no-pager", str(copy)],
        capture_output=True,
        text=True,
        check=False,
    )
    (exposure,) = re.findall(r"exposure level for \S+: ([\d.]+)", rated.stdout)
    assert float(exposure) <= EXPOSURE
