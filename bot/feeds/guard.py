"""Which machines may be spoken to.

Names are resolved here and nowhere else, and a connection is opened to the very address that
was checked, so a name that resolves differently the next moment (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
import unicodedata
from collections.abc import Callable, Iterable
from urllib.parse import unquote

import httpcore
from aiohttp import AddrInfoType
from aiohttp.abc import AbstractResolver, ResolveResult
from httpcore import SOCKET_OPTION, AsyncNetworkBackend, AsyncNetworkStream

from bot.errors import FetchFailed

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_NEVER = tuple(
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "100.64.0.0/10",  # shared by a provider's customers
        "168.63.129.16/32",  # Azure's own, which answers each virtual machine
        "192.0.0.0/24",  # protocols' own
        "192.0.2.0/24",  # documentation, as are 198.51.100.0/24 and 203.0.113.0/24
        "192.88.99.0/24",  # relays to IPv6, withdrawn
        "198.18.0.0/15",  # measurements
        "198.51.100.0/24",
        "203.0.113.0/24",
        "240.0.0.0/4",  # reserved
        "2001::/23",  # protocols' own, tunnels (Teredo) among them
        "2001:db8::/32",  # documentation, as is 3fff::/20
        "3fff::/20",
    )
)
"""Of IANA's registries of special-purpose addresses what Python may take for public."""

_GLOBAL_IPV6 = ipaddress.ip_network("2000::/3")
"""All that IANA has given out; the rest is local, or for some protocol's own use."""

_DOTS = re.compile("[\u3002\uff0e\uff61]")
"""What IDNA reads as a full stop (RFC 3490, 3.1)."""

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


class Refused(OSError):
    """The address is one that feeds may not be fetched from."""


def is_public(text: str) -> bool:
    """Whether an IP address belongs to the public internet.

    Loopback, private, link-local (cloud metadata), shared, multicast, reserved and unspecified
    addresses do not, nor do IPv6 addresses that stand for such an IPv4 address.
    """
    try:
        address: IpAddress = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if address not in _GLOBAL_IPV6:
            return False
    if any(address.version == network.version and address in network for network in _NEVER):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def plain_host(host: str) -> str:
    """Give `host` as a client comes to ask for it: without escapes, in IDNA's normal form.

    `127\u30020\u30020\u30021` (with ideographic full stops) and digits in circles are an address.
    """
    folded = unicodedata.normalize("NFKC", _DOTS.sub(".", unquote(host)))
    return _DOTS.sub(".", folded).lower().rstrip(".")


def literal(host: str) -> str:
    """Give the IP address that `host` itself is, in any way of writing it, or an empty text.

    `127.1`, `0x7f000001` and `2130706433` are all read as the system's resolver would.
    """
    bare = plain_host(host).strip("[]").partition("%")[0]
    try:
        return str(ipaddress.ip_address(bare))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(bare)) if bare[:1].isdigit() else ""
    except OSError:
        return ""


def check_host(host: str, *, allow_private: bool) -> None:
    """Raise FetchFailed when `host` is written as an address that may not be fetched from."""
    if allow_private:
        return
    address, name = literal(host), plain_host(host)
    local = name == "localhost" or name.endswith((".localhost", ".internal", ".local"))
    if local or (address and not is_public(address)):
        raise FetchFailed(
            "The address leads into a private network, where feeds are not fetched from. Set "
            "EXPORTNEWS_ALLOW_PRIVATE_NETWORK=1 if that is meant.",
            detail=host,
        )


async def resolve(
    host: str, port: int, *, allow_private: bool, family: int = socket.AF_UNSPEC
) -> list[tuple[int, str]]:
    """Give the addresses of `host` that may be connected to, as (family, address).

    Raises Refused when it only has others, OSError when it has none.
    """
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys((int(info[0]), str(info[4][0])) for info in found))
    allowed = [a for a in addresses if allow_private or is_public(a[1])]
    if not allowed:
        raise Refused(f"{host} has no public address")
    return allowed


def checked_sockets(*, allow_private: bool) -> Callable[[AddrInfoType], socket.socket]:
    """Give aiohttp's maker of sockets, which makes none to an address that may not be connected to.

    Whatever was made of a host's name on the way, this is the address that is connected to; the
    resolver alone is not enough, for aiohttp asks it for no host that is an address by itself.
    """

    def make(info: AddrInfoType) -> socket.socket:
        family, kind, protocol, _, address = info
        if not allow_private and not is_public(str(address[0])):
            raise Refused(f"{address[0]} is no public address")
        return socket.socket(family, kind, protocol)

    return make


class CheckedResolver(AbstractResolver):
    """aiohttp's resolver, which gives only addresses that may be connected to."""

    def __init__(self, *, allow_private: bool) -> None:
        self._allow_private = allow_private

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Resolve `host`; see `bot.feeds.guard.resolve`."""
        found = await resolve(host, port, allow_private=self._allow_private, family=family)
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=kind,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for kind, address in found
        ]

    async def close(self) -> None:
        """Nothing is held."""


class CheckedBackend(AsyncNetworkBackend):
    """httpcore's network, which connects only to addresses that were checked."""

    def __init__(self, *, allow_private: bool) -> None:
        self._allow_private = allow_private
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> AsyncNetworkStream:
        """Connect to the first address of `host` that answers."""
        try:
            addresses = await resolve(host, port, allow_private=self._allow_private)
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        failure: Exception | None = None
        for _, address in addresses[:4]:
            try:
                return await self._inner.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore.ConnectError("no address")

    async def connect_unix_socket(
        self,
        path: str,  # noqa: ARG002 - httpcore's signature
        timeout: float | None = None,  # noqa: ARG002
        socket_options: Iterable[SOCKET_OPTION] | None = None,  # noqa: ARG002
    ) -> AsyncNetworkStream:
        """Refuse: no feed is behind a local socket."""
        raise httpcore.ConnectError("local sockets are not fetched from")

    async def sleep(self, seconds: float) -> None:
        """Wait, for httpcore's own retries."""
        await self._inner.sleep(seconds)
