"""The methods of the look-alike's Web API: what each takes, needs and does."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from bot.demo.slack.errors import Refused

if TYPE_CHECKING:
    from bot.demo.slack.server import SlackServer
    from bot.demo.slack.workspace import Workspace

Caller = Literal["bot", "app", "anybody"]
_TRUE, _FALSE = {"true", "1", "True"}, {"false", "0", "False", ""}
_NAME = re.compile(r"[A-Za-z0-9_]{1,64}")
PAGE_LIMIT = 1000
_ALWAYS = {"token", "team_id"}  # slack_sdk adds its client's team to every call


@dataclass(frozen=True, slots=True)
class Request:
    """One call of a method, its arguments as they came (form: strings; JSON: values)."""

    server: SlackServer
    workspace: Workspace
    arguments: Mapping[str, Any]
    token: str = ""

    def text(self, name: str, default: str = "") -> str:
        """Give a string argument."""
        value = self.arguments.get(name)
        if value is None:
            return default
        if isinstance(value, (dict, list)):
            raise Refused("invalid_arguments", [f"must be a string [json-pointer:/{name}]"])
        return str(value)

    def flag(self, name: str, default: bool = False) -> bool:
        """Give a yes or no."""
        value = self.arguments.get(name)
        if value is None:
            return default
        if isinstance(value, bool):
            return value
        if str(value) in _TRUE | _FALSE:
            return str(value) in _TRUE
        raise Refused("invalid_arguments", [f"must be a boolean [json-pointer:/{name}]"])

    def number(self, name: str, default: int, most: int = PAGE_LIMIT) -> int:
        """Give a whole number between 1 and `most`."""
        try:
            value = int(self.arguments.get(name, default))
        except (TypeError, ValueError):
            raise Refused(
                "invalid_arguments", [f"must be a number [json-pointer:/{name}]"]
            ) from None
        if not 1 <= value <= most:
            raise Refused("invalid_limit")
        return value

    def structure(self, name: str, error: str) -> Any:  # noqa: ANN401 (JSON as it came)
        """Give an argument that is JSON, itself or as a string; None when it is not given."""
        value = self.arguments.get(name)
        if isinstance(value, str) and value:
            try:
                return json.loads(value)
            except json.JSONDecodeError:
                raise Refused(error, [f"must be valid json [json-pointer:/{name}]"]) from None
        return value or None

    def needs(self, *scopes: str) -> None:
        """Raise Refused (`missing_scope`) unless one of the scopes is granted."""
        if not self.workspace.scopes.intersection(scopes):
            raise Refused(
                "missing_scope",
                needed=",".join(scopes),
                provided=",".join(sorted(self.workspace.scopes)),
            )


Run = Callable[[Request], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Method:
    """A method of the Web API. `scopes`: one of them is needed; `tier` as in `limits`."""

    name: str
    run: Run
    arguments: frozenset[str]
    required: tuple[str, ...]
    scopes: tuple[str, ...]
    tier: int
    caller: Caller

    def check(self, arguments: Mapping[str, Any]) -> None:
        """Raise Refused when an argument is unknown, badly named or missing.

        Slack itself lets most unknown arguments pass in silence; a stand-in that names them
        finds the misspelt ones.
        """
        if any(not _NAME.fullmatch(name) for name in arguments):
            raise Refused("invalid_arg_name")
        unknown = sorted(set(arguments) - self.arguments - _ALWAYS)
        if unknown:
            raise Refused(
                "invalid_arguments", [f"unknown argument [json-pointer:/{n}]" for n in unknown]
            )
        missing = [name for name in self.required if arguments.get(name) in (None, "")]
        if missing:
            raise Refused(
                "invalid_arguments", [f"missing required field: {name}" for name in missing]
            )


METHODS: dict[str, Method] = {}


def method(
    name: str,
    arguments: str = "",
    *,
    scopes: tuple[str, ...] = (),
    tier: int,
    caller: Caller = "bot",
) -> Callable[[Run], Run]:
    """Register a method; `arguments` are names, those that must be given end in `!`."""
    names = arguments.split()

    def register(run: Run) -> Run:
        METHODS[name] = Method(
            name,
            run,
            frozenset(n.removesuffix("!") for n in names),
            tuple(n[:-1] for n in names if n.endswith("!")),
            scopes,
            tier,
            caller,
        )
        return run

    return register


def page(items: list[dict[str, Any]], cursor: str, limit: int) -> tuple[list[dict[str, Any]], str]:
    """Cut a page out of a list by a cursor; give it and the next cursor."""
    try:
        start = int(cursor.removeprefix("next:")) if cursor else 0
    except ValueError:
        raise Refused("invalid_cursor") from None
    end = start + limit
    return items[start:end], f"next:{end}" if end < len(items) else ""
