"""What this machine has to offer: files, the port, the way to the publications."""

from __future__ import annotations

import asyncio
import socket
import urllib.request
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from urllib.parse import urlsplit

from dotenv import dotenv_values

from bot.doctor.model import Finding
from bot.errors import BotError, FeedError
from bot.feeds.addresses import shown
from bot.feeds.catalogue import load_catalogue
from bot.feeds.fetcher import Fetcher, Request
from bot.messages.words import count, some
from bot.news.taxonomy import load_taxonomy
from bot.settings import Settings

ASK_SECONDS = 15.0
NAMED = 3
SHORTEST_TOKEN = 16


def files(settings: Settings) -> Finding:
    """Read the catalogue and the taxonomy."""
    try:
        topics = len(load_taxonomy(settings.exportnews_taxonomy).topics)
        feeds = len(load_catalogue(settings.exportnews_catalogue).feeds)
    except BotError as error:
        return Finding("wrong", "catalogue", str(error))
    return Finding(
        "ok", "catalogue", f"{count(feeds, 'feed')} and {count(topics, 'topic')} can be read."
    )


def port(settings: Settings) -> Finding:
    """Try to listen where `run` and `web` do."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind(("127.0.0.1", settings.port))
        except OSError as error:
            text = (
                f"{settings.port} cannot be listened on ({error.strerror}). If exportnews does not "
                "run already, set another PORT."
            )
            return Finding("note", "port", text)
    return Finding("ok", "port", f"{settings.port} is free.")


def proxy() -> Finding | None:
    """Say which proxy the environment names; everything but loopback goes through it."""
    found = {
        name: address
        for name, address in urllib.request.getproxies().items()
        if name in {"http", "https", "all"}
    }
    if not found:
        return None
    hosts = sorted({_host(address) for address in found.values()})
    return Finding("note", "proxy", f"Publications are asked through {', '.join(hosts)}.")


def _host(address: str) -> str:
    parts = urlsplit(address if "://" in address else f"http://{address}")
    return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)


async def publications(settings: Settings) -> Finding:
    """Ask every feed of the catalogue once, all at a time."""
    try:
        addresses = [feed.url for feed in load_catalogue(settings.exportnews_catalogue).feeds]
    except BotError as error:
        return Finding("wrong", "network", str(error))
    async with Fetcher.from_settings(settings) as fetcher:
        answers = await asyncio.gather(*(_ask(fetcher, address) for address in addresses))
    return reached(addresses, answers, proxied=proxy() is not None)


async def _ask(fetcher: Fetcher, address: str) -> str:
    """Give what went wrong, or nothing."""
    try:
        async with asyncio.timeout(ASK_SECONDS):
            await fetcher.fetch(Request(address))
    except FeedError as error:
        return str(error)
    except TimeoutError:
        return f"No answer within {ASK_SECONDS:.0f} s."
    return ""


def reached(addresses: Sequence[str], problems: Sequence[str], *, proxied: bool) -> Finding:
    """Say how many of the addresses can be reached; `problems` are empty where all is well."""
    failed = [
        f"{shown(address)}: {problem.rstrip('.')}"
        for address, problem in zip(addresses, problems, strict=True)
        if problem
    ]
    if not failed:
        return Finding("ok", "network", f"All {count(len(addresses), 'feed')} can be reached.")
    if len(failed) == len(addresses):
        through = " and the proxy (HTTPS_PROXY, NO_PROXY)" if proxied else ""
        text = f"No feed can be reached. {failed[0]}. Check this machine's network{through}."
        return Finding("wrong", "network", text)
    text = f"{count(len(failed), 'feed')} of {len(addresses)} cannot be reached: "
    return Finding("wrong", "network", f"{text}{some(failed, NAMED, joint='; ')}.")


def unknown(environment: Iterable[str]) -> list[Finding]:
    """Name the variables, of the environment and of `.env`, that are no settings of ours."""
    known = {name.upper() for name in Settings.model_fields}
    given = {*environment, *dotenv_values(".env")}
    found = []
    for name in sorted(given - known):
        if name.startswith("EXPORTNEWS_"):
            near = get_close_matches(name, sorted(known), 1)
            meant = f" Did you mean {near[0]}?" if near else ""
            text = f"There is no setting {name}; it does nothing.{meant}"
            found.append(Finding("wrong", "settings", text))
    return found


def secret_key(settings: Settings) -> Finding:
    """Say whether secrets can be stored."""
    if settings.exportnews_secret_key is None:
        text = (
            "EXPORTNEWS_SECRET_KEY is not set; it is needed to store tokens and feed credentials."
        )
        return Finding("note", "secret key", text)
    keys = settings.exportnews_secret_key.get_secret_value().split(",")
    if any(len(key.strip()) < SHORTEST_TOKEN for key in keys if key.strip()):
        text = (
            f"EXPORTNEWS_SECRET_KEY is too short: with fewer than {SHORTEST_TOKEN} characters it "
            "could be guessed; put a longer one in front (NEW,OLD)."
        )
        return Finding("wrong", "secret key", text)
    return Finding("ok", "secret key", "Stored secrets are encrypted.")


def admin_token(settings: Settings) -> Finding | None:
    """Say when the token that opens the console could be guessed."""
    token = settings.exportnews_admin_token
    if token is None or len(token.get_secret_value()) >= SHORTEST_TOKEN:
        return None
    text = (
        f"EXPORTNEWS_ADMIN_TOKEN has fewer than {SHORTEST_TOKEN} characters and could be guessed; "
        "set a longer one."
    )
    return Finding("wrong", "admin token", text)
