"""Promise: imports run downward, as docs/architecture.md says, and never in a circle."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parents[2]
LAYERS = (
    (
        "bot.errors",
        "bot.clock",
        "bot.memory",
        "bot.database_address",
        "bot.settings",
        "bot.logs",
        "bot.metrics",
        "bot.reporting",
        "bot.spreadsheet",
        "bot.wording",
    ),
    ("bot.storage", "bot.slack_store"),
    ("bot.feeds",),
    ("bot.news",),
    ("bot.messages",),
    ("bot.subscriptions", "bot.search", "bot.delivery", "bot.handling", "bot.wakeups"),
    (
        "bot.commands",
        "bot.import_reading",
        "bot.ingest",
        "bot.notices",
        "bot.overview",
        "bot.story_list",
        "bot.retention",
        "bot.installations",
        "bot.teams",
    ),
    ("bot.engine",),
    (
        "bot.fronts",
        "bot.serving",
        "bot.assembly",
        "bot.meeting",
        "bot.schedule",
        "bot.watch",
        "bot.importing",
        "bot.doctor",
        "bot.demo",
    ),
    ("bot.runtime",),
    ("bot.cli",),
    ("handlers",),
)
RANK = {room: rank for rank, layer in enumerate(LAYERS) for room in layer}


def room_of(module: str) -> str | None:
    parts = module.split(".")
    if parts[0] == "handlers":
        return "handlers"
    return ".".join(parts[:2]) if parts[0] == "bot" and len(parts) > 1 else None


def modules() -> dict[str, Path]:
    found = {}
    for package in ("bot", "handlers"):
        for path in (ROOT / package).rglob("*.py"):
            parts = list(path.relative_to(ROOT).with_suffix("").parts)
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            if "migrations" not in parts:
                found[name] = path
    return found


MODULES = modules()


def imports(path: Path) -> Iterator[str]:
    """Give what a module imports when it runs (not for its types alone)."""
    waiting: list[ast.AST] = [ast.parse(path.read_text("utf-8"))]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        waiting.extend(ast.iter_child_nodes(node))
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                below = f"{node.module}.{alias.name}"
                yield below if below in MODULES else node.module


def too_high() -> Iterator[str]:
    for module, path in MODULES.items():
        room = room_of(module)
        if room is None or module == "bot.__main__":
            continue
        for other in {room_of(imported) for imported in imports(path)} - {None, room}:
            climbs = RANK[str(other)] > RANK[room]
            if climbs or (room == "handlers" and other in {"bot.runtime", "bot.cli"}):
                yield f"{module} imports {other}"


def test_every_room_has_its_place() -> None:
    rooms = {room_of(module) for module in MODULES} - {None, "bot.__main__"}
    assert rooms <= set(RANK)


def test_a_module_imports_its_own_layer_or_lower_ones() -> None:
    assert list(too_high()) == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = {
        name: {one for one in imports(path) if one in MODULES and one != name}
        for name, path in MODULES.items()
    }
    assert set(TopologicalSorter(graph).static_order()) == set(MODULES)
