"""Promise: docs/dependencies.md says of each package what it is for, and all are pinned."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import PackageNotFoundError, metadata

import pytest

from tests.docs.named import ROOT, rows_of

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
TABLE = {
    row[0].strip("`"): row
    for row in rows_of(
        (ROOT / "docs" / "dependencies.md").read_text("utf-8"),
        *("package", "what for", "licence", "last release"),
    )
}
FREE = {"MIT", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "MPL-2.0", "LGPL-3.0-only"}


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def asked_for() -> set[str]:
    extras = [one for extra in PROJECT["optional-dependencies"].values() for one in extra]
    found = (re.match(r"[\w.-]+", one) for one in [*PROJECT["dependencies"], *extras])
    return {plain(name[0]) for name in found if name}


def test_the_table_has_what_the_project_asks_for_and_no_more() -> None:
    assert {plain(name) for name in TABLE} == asked_for()


@pytest.mark.parametrize("row", TABLE.values(), ids=list(TABLE))
def test_each_has_a_reason_a_free_licence_and_a_recent_release(row: list[str]) -> None:
    name, reason, licence, released = row
    assert len(reason) >= 5
    assert set(re.split(r" (?:AND|OR) ", licence)) <= FREE
    assert "2024-01" <= released <= "2099-12"
    try:
        said = metadata(name.strip("`")).json.get("license_expression")
    except PackageNotFoundError:  # of an extra that is not installed
        return
    assert said in (None, licence) or "Public-Domain" in said


def test_everything_is_pinned() -> None:
    lines = (ROOT / "constraints.txt").read_text("utf-8").split()
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in lines)
    pinned = [plain(line.split("==")[0]) for line in lines]
    assert len(pinned) == len(set(pinned))
    assert asked_for() <= set(pinned)


def test_ci_asks_for_known_holes_and_writes_the_bill_of_materials() -> None:
    """What these lines do is shown by CI itself, which installs for minutes."""
    script = (ROOT / ".ci" / "audit").read_text("utf-8")
    assert "cyclonedx-py" in script
    assert "pip-audit" in script
    assert "\n.ci/audit " in (ROOT / ".ci" / "run").read_text("utf-8")
