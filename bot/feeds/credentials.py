"""How a subscriber's private feed is opened: basic, a header, or a query parameter."""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from bot.errors import FetchFailed, UsageError

Way = Literal["basic", "header", "query"]


@dataclass(frozen=True, slots=True)
class Credentials:
    """`name` is the user, the header or the parameter; `secret` never appears in a repr."""

    way: Way
    name: str
    secret: str

    def __repr__(self) -> str:
        return f"Credentials({self.way}, {self.name!r}, ...)"

    def headers(self) -> dict[str, str]:
        """Give the request headers that carry them."""
        if self.way == "basic":
            pair = base64.b64encode(f"{self.name}:{self.secret}".encode()).decode()
            return {"Authorization": f"Basic {pair}"}
        return {self.name: self.secret} if self.way == "header" else {}

    def address(self, url: str) -> str:
        """Give the address to ask, with the parameter that carries them, if it does."""
        if self.way != "query":
            return url
        parts = urlsplit(url)
        query = [
            (name, value)
            for name, value in parse_qsl(parts.query, keep_blank_values=True)
            if name != self.name
        ]
        query.append((self.name, self.secret))
        return urlunsplit(parts._replace(query=urlencode(query)))

    def text(self) -> str:
        """Give the one line that `read_credentials` reads; it is secret."""
        separator = {"basic": ":", "header": ": ", "query": "="}[self.way]
        return f"{self.way} {self.name}{separator}{self.secret}"


def read_credentials(line: str) -> Credentials:
    """Read `basic USER:PASSWORD`, `header NAME: VALUE` or `query NAME=VALUE`.

    Raises UsageError, which never repeats the line.
    """
    way, _, rest = line.strip().partition(" ")
    separators: dict[str, tuple[Way, str]] = {
        "basic": ("basic", ":"),
        "header": ("header", ":"),
        "query": ("query", "="),
    }
    if way in separators:
        kind, separator = separators[way]
        name, found, secret = rest.partition(separator)
        if found and name.strip() and not any(c in line for c in "\r\n\0"):
            return Credentials(kind, name.strip(), secret.strip())
    raise UsageError(
        "Credentials are one line: basic USER:PASSWORD, header NAME: VALUE, or query NAME=VALUE."
    )


def from_user_part(user_part: str) -> Credentials:
    """Read the `user:password` that stood in an address."""
    name, _, secret = user_part.partition(":")
    return Credentials("basic", unquote(name), unquote(secret))


def from_environment(variable: str) -> Credentials:
    """Read the credentials that the catalogue says stand in an environment variable.

    Raises FetchFailed when the variable is missing, UsageError when it is not in the form.
    """
    line = os.environ.get(variable, "")
    if not line.strip():
        raise FetchFailed(f"The feed's credentials are missing: set {variable}.")
    return read_credentials(line)
