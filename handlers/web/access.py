"""Who may see the console and the metrics: loopback, or the admin token."""

from __future__ import annotations

import hmac
import ipaddress

from pydantic import SecretStr
from starlette.requests import Request

COOKIE = "exportnews_admin"
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")


def from_loopback(request: Request) -> bool:
    """Whether the request was made on this machine; one that a proxy passed on was not."""
    if request.client is None or any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def may_enter(request: Request, admin_token: SecretStr | None) -> bool:
    """Whether the request comes from loopback or bears the admin token."""
    if from_loopback(request):
        return True
    if admin_token is None:
        return False
    kind, _, given = request.headers.get("authorization", "").partition(" ")
    offered = given.strip() if kind.lower() == "bearer" else request.cookies.get(COOKIE, "")
    return hmac.compare_digest(offered.encode(), admin_token.get_secret_value().encode())
