"""The client through which everything is fetched, and its errors in plain words."""

from __future__ import annotations

import errno
import socket
import ssl
import urllib.request
from importlib.metadata import PackageNotFoundError, version

import aiohttp
import httpcore
import httpx
from httpx_aiohttp import AiohttpTransport

from bot.errors import FetchFailed
from bot.feeds.addresses import shown
from bot.feeds.guard import CheckedBackend, CheckedResolver, Refused, checked_sockets

CONNECTIONS = 200
ERRORS = (httpx.HTTPError, httpx.InvalidURL, aiohttp.ClientError, OSError, ValueError)
"""What may come out of the client; `explain` puts it into words."""

_UNREACHABLE = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL}

SHARDS = 8
"""httpx's own pool gets slower with every connection it holds, so there are several of them."""


def user_agent(contact: str | None) -> str:
    """Give the User-Agent: who asks, and how to reach whoever runs it."""
    try:
        number = version("exportnews")
    except PackageNotFoundError:
        number = "0"
    safe = "".join(c for c in contact or "" if c.isascii() and c.isprintable() and c not in "()")
    return f"exportnews/{number} ({safe})" if safe else f"exportnews/{number} (feed reader)"


def open_client(
    *, allow_private: bool, timeout: httpx.Timeout, environment_proxies: bool
) -> httpx.AsyncClient:
    """Make the client. A proxy from the environment carries everything but loopback."""
    context = httpx.create_ssl_context()  # costs a tenth of a second: one for all
    direct = _Direct(
        plain=_plain(context, allow_private=allow_private),
        secure=[_secure(context, allow_private=allow_private) for _ in range(SHARDS)],
    )
    client = httpx.AsyncClient(
        transport=direct,
        mounts=_proxies() if environment_proxies else None,
        timeout=timeout,
        trust_env=False,
    )
    client._cookies = _NoCookies()
    return client


def _plain(context: ssl.SSLContext, *, allow_private: bool) -> httpx.AsyncBaseTransport:
    def session() -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            resolver=CheckedResolver(allow_private=allow_private),
            socket_factory=checked_sockets(allow_private=allow_private),
            limit=CONNECTIONS,
            ssl=context,
            ttl_dns_cache=60,
        )
        return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())

    transport: httpx.AsyncBaseTransport = AiohttpTransport(verify=context, client=session)
    return transport


def _secure(context: ssl.SSLContext, *, allow_private: bool) -> httpx.AsyncHTTPTransport:
    transport = httpx.AsyncHTTPTransport(verify=context, trust_env=False)
    transport._pool = httpcore.AsyncConnectionPool(
        ssl_context=context,
        max_connections=CONNECTIONS,
        max_keepalive_connections=20,
        keepalive_expiry=30.0,
        http1=True,
        http2=True,
        network_backend=CheckedBackend(allow_private=allow_private),
    )
    return transport


class _NoCookies(httpx.Cookies):
    """Keeps none: what one feed's server sets is no business of another feed on it."""

    def extract_cookies(self, response: httpx.Response) -> None:
        """Leave them."""


class _Direct(httpx.AsyncBaseTransport):
    """Without a proxy: http by one transport, https by several, a host always by the same."""

    def __init__(
        self, plain: httpx.AsyncBaseTransport, secure: list[httpx.AsyncHTTPTransport]
    ) -> None:
        self._plain = plain
        self._secure = secure

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Hand the request on."""
        if request.url.scheme == "http":
            return await self._plain.handle_async_request(request)
        transport = self._secure[hash(request.url.host) % len(self._secure)]
        return await transport.handle_async_request(request)

    async def aclose(self) -> None:
        """Close every connection."""
        for transport in (self._plain, *self._secure):
            await transport.aclose()


def _proxies() -> dict[str, httpx.AsyncBaseTransport | None]:
    """Give the environment's proxies (HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, NO_PROXY)."""
    found = urllib.request.getproxies()
    mounts: dict[str, httpx.AsyncBaseTransport | None] = {}
    for scheme in ("http", "https", "all"):
        address = found.get(scheme)
        if address:
            proxy = address if "://" in address else f"http://{address}"
            mounts[f"{scheme}://"] = httpx.AsyncHTTPTransport(proxy=httpx.Proxy(proxy))
    if mounts:
        spared = [host.strip() for host in found.get("no", "").split(",") if host.strip()]
        if "*" in spared:
            return {}
        for host in ("localhost", "127.0.0.1", "[::1]"):
            mounts[f"all://{host}"] = None
        for host in spared:
            bare = host.removeprefix("*").lstrip(".")
            mounts |= {f"all://{bare}": None, f"all://*.{bare}": None}
    return mounts


def explain(error: Exception, url: str) -> FetchFailed:
    """Give the sentence for what went wrong below HTTP."""
    causes = _causes(error)
    if any(isinstance(cause, Refused) for cause in causes):
        return FetchFailed(
            "The address leads into a private network, where feeds are not fetched from. Set "
            "EXPORTNEWS_ALLOW_PRIVATE_NETWORK=1 if that is meant.",
            detail=shown(url),
        )
    return FetchFailed(_sentence(error, causes), detail=f"{type(error).__name__} {shown(url)}")


def _sentence(error: Exception, causes: list[BaseException]) -> str:
    if any(isinstance(cause, ssl.SSLError | ssl.CertificateError) for cause in causes):
        return "The server's certificate is not valid, so nothing is read from it."
    # The innermost cause counts: httpx-aiohttp calls every failed connection a time-out.
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return "No server has this name; check the address."
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return "The server refuses the connection; check the address and its port."
    if any(isinstance(cause, OSError) and cause.errno in _UNREACHABLE for cause in causes):
        return "The server cannot be reached."
    if isinstance(error, httpx.TimeoutException):
        return "The server did not answer in time."
    if isinstance(error, httpx.RemoteProtocolError) and "location header" in str(error):
        return "The server redirects to something that is no web address."
    if isinstance(error, httpx.ConnectError | httpcore.ConnectError):
        return "The server cannot be reached."
    if isinstance(error, httpx.InvalidURL | ValueError):
        return "The address cannot be read; check it."
    return "The connection to the server broke off."


def _causes(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in found:
        found.append(current)
        inner = getattr(current, "os_error", None)
        if isinstance(inner, BaseException):
            found.append(inner)
        current = current.__cause__ or current.__context__
    return found
