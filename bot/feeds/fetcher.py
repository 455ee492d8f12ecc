"""Fetching: polite, bounded, and never into a private network.

Plain http goes through aiohttp, whose connection pool stays quick with many requests at once;
https goes through httpx's own transport, which speaks HTTP/2 where it is offered. Both connect
only to addresses that `bot.feeds.guard` has checked.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Protocol
from weakref import WeakValueDictionary

import httpx

from bot.errors import FetchFailed, SettingsError, UsageError
from bot.feeds import guard, transports
from bot.feeds.addresses import host_of, origin, shown, web_address
from bot.feeds.credentials import Credentials, from_environment, read_credentials
from bot.feeds.decompress import ACCEPT_ENCODING, TooLarge, decompress
from bot.feeds.replies import max_age, refusal, retry_after, too_large
from bot.storage.secrets import Vault

MAX_BODY = 10_000_000
MAX_REDIRECTS = 10
TOTAL_SECONDS = 60.0
CONNECT_SECONDS = 10.0
READ_SECONDS = 20.0
PER_HOST = 4
IN_THREAD_ABOVE = 65_536
ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml, "
    "application/xml;q=0.9, application/json;q=0.8, text/xml;q=0.8, text/html;q=0.5, */*;q=0.1"
)
_REDIRECTS = {301, 302, 303, 307, 308}
_PERMANENT = {301, 308}


@dataclass(frozen=True, slots=True)
class Request:
    """What to ask for: an address, what is known of its last answer, and how to be let in."""

    url: str
    etag: str = ""
    last_modified: str = ""
    credentials: Credentials | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """An answer. `body` is decompressed; `sha256` is of it.

    `url` is where it was found in the end; `moved_to` is where the address says that it has
    moved for good (an unbroken chain of 301 and 308), else empty. `max_age` is in seconds.
    """

    url: str
    status: int
    body: bytes = b""
    sha256: str = ""
    content_type: str = ""
    etag: str = ""
    last_modified: str = ""
    moved_to: str = ""
    max_age: float | None = None
    links: str = ""

    @property
    def unchanged(self) -> bool:
        """Whether the server said that nothing changed (304)."""
        return self.status == 304


class _SettingsLike(Protocol):
    """What of the settings the fetcher needs."""

    @property
    def exportnews_allow_private_network(self) -> bool: ...
    @property
    def exportnews_contact(self) -> str | None: ...


class Fetcher:
    """Fetches documents; open it with `async with`."""

    def __init__(
        self,
        *,
        allow_private: bool = False,
        contact: str | None = None,
        per_host: int = PER_HOST,
        total_seconds: float = TOTAL_SECONDS,
        read_seconds: float = READ_SECONDS,
        max_body: int = MAX_BODY,
        environment_proxies: bool = True,
        vault: Vault | None = None,
    ) -> None:
        self._vault = vault
        self._allow_private = allow_private
        self._agent = transports.user_agent(contact)
        self._per_host = per_host
        self._total_seconds = total_seconds
        self._timeout = httpx.Timeout(read_seconds, connect=CONNECT_SECONDS, pool=total_seconds)
        self._max_body = max_body
        self._environment_proxies = environment_proxies
        self._client: httpx.AsyncClient | None = None
        self._hosts: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    @classmethod
    def from_settings(cls, settings: _SettingsLike, vault: Vault | None = None) -> Fetcher:
        """Make a fetcher as the settings say."""
        return cls(
            allow_private=settings.exportnews_allow_private_network,
            contact=settings.exportnews_contact,
            vault=vault,
        )

    async def __aenter__(self) -> Fetcher:
        self._client = transports.open_client(
            allow_private=self._allow_private,
            timeout=self._timeout,
            environment_proxies=self._environment_proxies,
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    def open_credentials(self, sealed: bytes | None, variable: str) -> Credentials | None:
        """Give a feed's credentials: sealed in the database, or in an environment variable.

        Raises FetchFailed when they cannot be had.
        """
        try:
            if sealed is not None and self._vault is not None:
                return read_credentials(self._vault.open(sealed))
            if sealed is not None:
                raise FetchFailed("The feed's credentials are sealed and no key is at hand.")
            return from_environment(variable) if variable else None
        except (SettingsError, UsageError) as error:
            raise FetchFailed(str(error)) from error

    async def fetch(self, request: Request) -> Document:
        """Fetch a document, or learn that it has not changed since the last answer.

        Raises FetchFailed with a sentence for everything else, 4xx and 5xx included.
        """
        try:
            async with asyncio.timeout(self._total_seconds):
                return await self._follow(request)
        except TimeoutError as error:
            raise FetchFailed(
                f"The server took longer than {self._total_seconds:.0f} seconds to answer.",
                detail=shown(request.url),
            ) from error

    async def post_form(self, url: str, form: Mapping[str, str]) -> int:
        """Send a form (WebSub subscriptions) and give the status. Raises FetchFailed."""
        guard.check_host(host_of(url), allow_private=self._allow_private)
        client = self._opened()
        try:
            async with asyncio.timeout(self._total_seconds):
                answer = await client.post(
                    url, data=dict(form), headers={"User-Agent": self._agent}
                )
        except transports.ERRORS as error:
            raise FetchFailed("The hub did not answer.", detail=type(error).__name__) from error
        return answer.status_code

    async def _follow(self, request: Request) -> Document:
        """Fetch, following redirects by hand: each address is checked like the first."""
        url, moved_to, permanent = request.url, "", True
        for _ in range(MAX_REDIRECTS + 1):
            trusted = url == request.url or origin(url) == origin(request.url)
            answer = await self._ask(url, request, trusted=trusted)
            if isinstance(answer, Document):
                return replace(answer, moved_to=moved_to) if moved_to else answer
            status, target = answer
            found = web_address(target, url)
            if not found:
                raise FetchFailed(
                    "The server redirects to something that is no web address.", status=status
                )
            permanent = permanent and status in _PERMANENT
            moved_to = found if permanent else moved_to
            url = found
        raise FetchFailed(
            f"The server redirects more than {MAX_REDIRECTS} times; the address leads in circles."
        )

    async def _ask(
        self, url: str, request: Request, *, trusted: bool
    ) -> Document | tuple[int, str]:
        """Ask one address: its document, or the status and target of its redirect."""
        host = host_of(url)
        guard.check_host(host, allow_private=self._allow_private)
        semaphore = self._hosts.setdefault(host, asyncio.Semaphore(self._per_host))
        credentials = request.credentials if trusted else None
        headers = self._headers(request, credentials)
        address = credentials.address(url) if credentials else url
        async with semaphore:
            try:
                return await self._receive(address, url, headers)
            except transports.ERRORS as error:
                raise transports.explain(error, url) from error

    def _headers(self, request: Request, credentials: Credentials | None) -> dict[str, str]:
        headers = {
            "User-Agent": self._agent,
            "Accept": ACCEPT,
            "Accept-Encoding": ACCEPT_ENCODING,
        }
        if request.etag:
            headers["If-None-Match"] = request.etag
        if request.last_modified:
            headers["If-Modified-Since"] = request.last_modified
        return headers | (credentials.headers() if credentials else {})

    async def _receive(
        self, address: str, url: str, headers: Mapping[str, str]
    ) -> Document | tuple[int, str]:
        client = self._opened()
        # Made here: the client's own merging takes as long as the rest of a small request.
        timeout = {"timeout": self._timeout.as_dict()}
        request = httpx.Request("GET", address, headers=headers, extensions=timeout)
        answer = await client.send(request, stream=True, follow_redirects=False)
        try:
            status = answer.status_code
            if status in _REDIRECTS and "location" in answer.headers:
                return status, answer.headers["location"]
            if status == 304:
                return Document(url, status, max_age=max_age(answer.headers))
            if not 200 <= status < 300:
                start = await self._start_of_body(answer)
                raise refusal(status, answer.headers, start, retry_after(answer.headers))
            body = await self._body(answer)
        finally:
            await answer.aclose()
        return Document(
            url=url,
            status=status,
            body=body,
            sha256=hashlib.sha256(body).hexdigest(),
            content_type=answer.headers.get("content-type", ""),
            etag=answer.headers.get("etag", "")[:500],
            last_modified=answer.headers.get("last-modified", "")[:100],
            max_age=max_age(answer.headers),
            links=answer.headers.get("link", "")[:2000],
        )

    async def _body(self, answer: httpx.Response) -> bytes:
        if int(answer.headers.get("content-length", "0") or 0) > self._max_body:
            raise too_large(self._max_body)
        parts: list[bytes] = []
        size = 0
        async for chunk in answer.aiter_raw():
            size += len(chunk)
            if size > self._max_body:
                raise too_large(self._max_body)
            parts.append(chunk)
        packed = b"".join(parts)
        coding = answer.headers.get("content-encoding", "")
        if not coding:
            return packed
        try:
            if size < IN_THREAD_ABOVE:
                return decompress(packed, coding, self._max_body)
            return await asyncio.to_thread(decompress, packed, coding, self._max_body)
        except TooLarge:
            raise too_large(self._max_body) from None

    async def _start_of_body(self, answer: httpx.Response) -> bytes:
        """Read the first kilobytes of a refusal, by which a bot guard is recognised."""
        start = b""
        async for chunk in answer.aiter_raw():
            start += chunk
            if len(start) >= 16_384:
                break
        try:
            return decompress(start, answer.headers.get("content-encoding", ""), 65_536)
        except (TooLarge, FetchFailed):
            return b""

    def _opened(self) -> httpx.AsyncClient:
        if self._client is None:
            raise RuntimeError("the fetcher is not open; use it with `async with`")
        return self._client
