"""The pieces that Block Kit's rules are made of: checks of one value at one place.

A check looks at a value and adds what is wrong to a report, in the words of Slack's own answers
(`must be less than 76 characters [json-pointer:/blocks/0/text/text]`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Surface = Literal["message", "modal", "home"]


@dataclass(slots=True)
class Report:
    """What was found wrong on one surface, and what must be unique on it."""

    surface: Surface
    problems: list[str] = field(default_factory=list)
    block_ids: set[str] = field(default_factory=set)

    def add(self, at: str, reason: str) -> None:
        """Note that the value at the JSON pointer `at` is wrong."""
        self.problems.append(f"{reason} [json-pointer:{at}]")


Check = Callable[[object, str, Report], None]


def string(most: int, *, least: int = 1, pattern: str = "") -> Check:
    """A string of `least` to `most` characters."""
    matcher = re.compile(pattern) if pattern else None

    def check(value: object, at: str, report: Report) -> None:
        if not isinstance(value, str):
            report.add(at, "must provide a string")
        elif len(value) < least:
            report.add(at, f"must be more than {least - 1} characters")
        elif len(value) > most:
            report.add(at, f"must be less than {most + 1} characters")
        elif matcher and not matcher.fullmatch(value):
            report.add(at, "failed to match the required format")

    return check


def web_address(most: int) -> Check:
    """An absolute address that a browser can open."""
    return string(most, pattern=r"(?i)(https?|mailto|slack):[^\s<>\"]+")


def one_of(*choices: str) -> Check:
    """One of the words that Slack knows."""

    def check(value: object, at: str, report: Report) -> None:
        if value not in choices:
            report.add(at, "must be a valid enum value")

    return check


def boolean(value: object, at: str, report: Report) -> None:
    """True or false."""
    if not isinstance(value, bool):
        report.add(at, "must provide a boolean")


def integer(least: int, most: int) -> Check:
    """A whole number from `least` to `most`."""

    def check(value: object, at: str, report: Report) -> None:
        if isinstance(value, bool) or not isinstance(value, int):
            report.add(at, "must provide a number")
        elif value < least:
            report.add(at, f"must be greater than or equal to {least}")
        elif value > most:
            report.add(at, f"must be less than or equal to {most}")

    return check


def anything(_value: object, _at: str, _report: Report) -> None:
    """Whatever it is."""


def items(check_one: Check, most: int, *, least: int = 1) -> Check:
    """A list of `least` to `most` values."""

    def check(value: object, at: str, report: Report) -> None:
        if not isinstance(value, list | tuple):
            report.add(at, "must provide an array")
            return
        if len(value) > most:
            report.add(at, f"no more than {most} items allowed")
        if len(value) < least:
            report.add(at, f"no less than {least} items allowed")
        for number, one in enumerate(value[:most]):
            check_one(one, f"{at}/{number}", report)

    return check


def shape(
    required: Mapping[str, Check],
    optional: Mapping[str, Check] | None = None,
    *,
    also: Check | None = None,
) -> Check:
    """An object with these fields and no others; `also` checks what fields mean together."""
    known = {**required, **(optional or {})}

    def check(value: object, at: str, report: Report) -> None:
        if not isinstance(value, Mapping):
            report.add(at, "must provide an object")
            return
        for name in required:
            if name not in value:
                report.add(at, f"missing required field: {name}")
        for name, one in value.items():
            if name == "type" and "type" not in known:
                continue
            if name not in known:
                report.add(at, f"invalid additional property: {name}")
            else:
                known[name](one, f"{at}/{name}", report)
        if also is not None:
            also(value, at, report)

    return check


def by_type(kinds: Mapping[str, Check], *, what: str = "type") -> Check:
    """An object whose `type` says which of `kinds` it must be."""

    def check(value: object, at: str, report: Report) -> None:
        if not isinstance(value, Mapping):
            report.add(at, "must provide an object")
            return
        kind = value.get("type")
        if kind is None:
            report.add(at, "missing required field: type")
        elif not isinstance(kind, str) or kind not in kinds:
            report.add(f"{at}/type", f"unsupported {what}: {str(kind)[:80]}")
        else:
            kinds[kind](value, at, report)

    return check


def at_least_one(*names: str) -> Check:
    """At least one of these fields."""

    def check(value: object, at: str, report: Report) -> None:
        if isinstance(value, Mapping) and not any(name in value for name in names):
            report.add(at, f"missing required field: {' or '.join(names)}")

    return check


def initials_among_options(value: object, at: str, report: Report) -> None:
    """What is chosen at first must be among what can be chosen, field by field."""
    if not isinstance(value, Mapping):
        return
    choices = [*_maps(value.get("options"))]
    for group in _maps(value.get("option_groups")):
        choices += _maps(group.get("options"))
    chosen = [*_maps(value.get("initial_options"))]
    if isinstance(value.get("initial_option"), Mapping):
        chosen.append(value["initial_option"])
    if any(dict(one) not in [dict(choice) for choice in choices] for one in chosen):
        report.add(at, "initial option must match one of the options provided")
    values = [choice.get("value") for choice in choices]
    if len(set(map(str, values))) != len(values):
        report.add(at, "option values must be unique")


def _maps(value: object) -> Sequence[Mapping[str, Any]]:
    if not isinstance(value, list | tuple):
        return []
    return [one for one in value if isinstance(one, Mapping)]
