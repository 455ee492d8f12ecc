"""The database's address as people write it: read, checked, and shown without its secrets. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

if TYPE_CHECKING:
    from sqlalchemy import URL

_HARMLESS = {"sslmode", "sslrootcert", "application_name", "connect_timeout", "host", "port"}
_HARMLESS |= {"user", "dbname", "target_session_attrs"}
_SHOWN_AS = "***"


def normalise_database_url(url: str) -> str:
    """Give SQLAlchemy's address, with its async driver, for one as people write it.

    A password among PostgreSQL's parameters is put where passwords stand, so that whatever takes
    an address apart finds it. Raises ValueError for what is no address of a SQLite file or a
    PostgreSQL.
    """
    scheme, separator, rest = url.strip().partition("://")
    if separator and scheme in {"postgres", "postgresql", "postgresql+psycopg"}:
        return _with_password_in_place(f"postgresql+psycopg://{rest}")
    if separator and scheme in {"sqlite", "sqlite+aiosqlite"}:
        if not rest.startswith("/") or rest.partition("?")[0] in {"/", "/:memory:"}:
            raise ValueError("must name a file, as in sqlite:///news.sqlite3 or sqlite:////var/x")
        return f"sqlite+aiosqlite://{rest}"
    raise ValueError("must start with sqlite:///, postgres:// or postgresql://")


def database_secrets(url: str) -> list[str]:
    """Give what must never be shown of an address: passwords and whatever parameter may be one."""
    if url.startswith("sqlite"):
        return []
    read = _read(url)
    given = [_text(value) for name, value in read.query.items() if name not in _HARMLESS]
    plain = [str(read.password or ""), *given]
    return [one for text in plain for one in (text, quote(text, safe=""), unquote(text)) if one]


def shown_database_url(url: str) -> str:
    """Give an address as people write it, without passwords and what else may be secret."""
    if url.startswith("sqlite"):
        return url.replace("sqlite+aiosqlite://", "sqlite://", 1)
    read = _read(url)
    read = read.set(drivername=read.get_backend_name())
    hidden = {name: _SHOWN_AS for name in read.query if name not in _HARMLESS}
    return unquote(read.update_query_dict(hidden).render_as_string(hide_password=True))


def _with_password_in_place(url: str) -> str:
    read = _read(url)
    if "password" not in read.query:
        return url
    password = _text(read.query["password"])
    placed = read.set(username=read.username or "", password=password)
    moved = placed.difference_update_query(["password"])
    return moved.render_as_string(hide_password=False)


def _read(url: str) -> URL:
    from sqlalchemy import make_url  # not for who keeps everything in a SQLite file
    from sqlalchemy.exc import ArgumentError

    try:
        return make_url(url)
    except (ArgumentError, ValueError):
        raise ValueError(
            "must be an address, as in postgres://USER:PASSWORD@HOST:5432/NAME"
        ) from None


def _text(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else value[-1]
