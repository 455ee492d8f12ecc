"""Where a request comes from: from a browser on this machine, or through a proxy."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence

from starlette.requests import Request

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_PROXY_HEADERS = re.compile(
    r"via|forwarded|x-forwarded(-.*)?|x-real-ip|cf-.*|x-envoy-.*|x-original-.*|x-amzn-trace-id"
    r"|(x-|x-cluster-|true-|fly-|fastly-)client-ip|x-request-start"
)
_HOP = re.compile(r"\[([^\]]*)\](?::[0-9]{1,5})?|([0-9.]+):[0-9]{1,5}")
_OWN_HOST = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?", re.IGNORECASE)


def from_loopback(request: Request) -> bool:
    """Whether the request was made on this machine, to it by its own name.

    One that shows any sign of a proxy was not (nginx, left as it comes, says nothing but asks in
    HTTP/1.0, which no browser has done for twenty years); nor one for another name, which is a
    page elsewhere whose name was made to point here (DNS rebinding).
    """
    if request.scope.get("http_version") == "1.0" or _is_passed_on(request):
        return False
    hosts = request.headers.getlist("host")
    if len(hosts) != 1 or not _OWN_HOST.fullmatch(hosts[0]):
        return False
    address = _address(request.client.host) if request.client else None
    return address is not None and address.is_loopback


def source(request: Request, trusted: Sequence[Network]) -> str | None:
    """Give who asks, for counting: an address, or an IPv6 network of one site.

    A proxy asks for many, and only `trusted` ones are believed when they say for whom: the last
    address of `X-Forwarded-For` that is none of theirs counts, for it is the one that they added.
    None when they name nobody, so that their callers cannot be told apart.
    """
    peer = _address(request.client.host) if request.client else None
    if peer is None or not _is_of(trusted, peer):
        return _site(peer) if peer else None
    named = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
    told = None
    for hop in reversed(named):
        told = _hop(hop.strip())
        if told is None or not _is_of(trusted, told):
            break
    return _site(told) if told is not None else None


def _is_of(networks: Sequence[Network], address: Address) -> bool:
    return any(address.version == one.version and address in one for one in networks)


def _is_passed_on(request: Request) -> bool:
    return any(_PROXY_HEADERS.fullmatch(name) for name in request.headers)


def _address(text: str) -> Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _hop(text: str) -> Address | None:
    """Read one entry of `X-Forwarded-For`; some proxies add the port (`192.0.2.7:5678`,
    `[::1]:443`)."""
    found = _HOP.fullmatch(text)
    return _address(found[1] or found[2] if found else text)


def _site(address: Address) -> str:
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network((address, 64), strict=False))
