"""Promise: dashboard and alerts ask for nothing that is not measured; the dashboard leaves nothing
out."""

from __future__ import annotations

import json
import re
from typing import Any

import yaml
from prometheus_client import REGISTRY

import bot.metrics
from tests.docs.named import ROOT

FOLDER = ROOT / "docs" / "deploy"
BOARD: dict[str, Any] = json.loads((FOLDER / "grafana.json").read_text("utf-8"))
NAME = re.compile(r"exportnews_\w+")
OF_A_SERIES = re.compile(r"_(total|bucket|count|sum)$")
assert bot.metrics


def measured() -> dict[str, list[str]]:
    """Give the names of all series by their metric."""
    kinds = {"counter": ["_total"], "gauge": [""], "histogram": ["_bucket", "_count", "_sum"]}
    return {
        found.name: [found.name + end for end in kinds[found.type]]
        for found in REGISTRY.collect()
        if found.name.startswith("exportnews_")
    }


def asked() -> set[str]:
    return {
        name
        for panel in BOARD["panels"]
        for target in panel["targets"]
        for name in NAME.findall(target["expr"])
    }


def test_every_series_that_is_asked_for_is_measured() -> None:
    assert asked() <= {name for names in measured().values() for name in names}


def test_every_alert_asks_for_what_is_measured_and_says_what_to_do() -> None:
    rules = yaml.safe_load((FOLDER / "alerts.yaml").read_text("utf-8"))["groups"][0]["rules"]
    series = {name for names in measured().values() for name in names}
    for rule in rules:
        assert set(NAME.findall(rule["expr"])) <= series, rule["alert"]
        assert set(NAME.findall(rule["expr"])), rule["alert"]
        assert all(rule["annotations"][part].endswith(".") for part in ("summary", "what_to_do"))


def test_every_metric_is_on_the_board() -> None:
    shown = {OF_A_SERIES.sub("", name) for name in asked()}
    assert {OF_A_SERIES.sub("", name) for name in measured()} == shown


def test_every_panel_says_what_it_shows_and_none_lies_over_another() -> None:
    places: set[tuple[int, int]] = set()
    for panel in BOARD["panels"]:
        assert panel["title"]
        assert panel["description"].endswith(".")
        at = panel["gridPos"]
        mine = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert at["x"] + at["w"] <= 24
        assert not places & mine
        places |= mine
    assert len({panel["id"] for panel in BOARD["panels"]}) == len(BOARD["panels"])
