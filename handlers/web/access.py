"""Who may see the console and the metrics: this machine, the admin token, signed-in operators."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import ipaddress
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from bot.clock import Clock
from bot.settings import Settings

COOKIE = "exportnews_session"
SESSION = timedelta(hours=12)
WRONG_TOKENS, WRONG_TIME = 10, timedelta(minutes=1)
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")
_OWN_NAMES = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True, slots=True)
class Visitor:
    """Someone who may enter. `form_token` must come back with every form (against CSRF)."""

    name: str
    form_token: str
    signed_in: bool = False


class Door:
    """Tells who may enter, and opens and closes sessions.

    A session is a signed cookie; the key comes from the settings, so that every web process of a
    deployment knows it, and changing the admin token ends all sessions. Behind a public address
    nobody is let in for being on this machine: so is the proxy that passes strangers on, and one
    that is left as it comes does not say that it does.
    """

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._admin = settings.exportnews_admin_token
        public = urlsplit(settings.exportnews_public_url or "")
        self._https = public.scheme == "https"
        self._published = bool(public.hostname) and public.hostname not in _OWN_NAMES
        self._clock = clock
        self._wrong: list[datetime] = []
        parts = (settings.exportnews_admin_token, settings.exportnews_secret_key)
        given = "\n".join(part.get_secret_value() if part else "" for part in parts).strip()
        self._key = hashlib.sha256(b"console" + (given.encode() or secrets.token_bytes(32)))

    def visitor(self, request: Request) -> Visitor | None:
        """Give who asks, or None when they may not enter."""
        if (name := self._session_of(request)) is not None:
            return Visitor(name, self._sign("form", request.cookies[COOKIE]), signed_in=True)
        if not self._published and from_loopback(request):
            return Visitor("this machine", self._sign("form", "loopback"))
        kind, _, given = request.headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer" and self._is_admin(given.strip()):
            return Visitor("admin", self._sign("form", "bearer"))
        return None

    def may_change(self, request: Request, visitor: Visitor, form_token: str) -> bool:
        """Whether a form was sent from the console's own page, in this visitor's session."""
        same = request.headers.get("sec-fetch-site", "same-origin") in {"same-origin", "none"}
        return same and hmac.compare_digest(visitor.form_token.encode(), form_token.encode())

    def knows(self, admin_token: str) -> bool | None:
        """Whether this is the admin token; None when too many wrong ones were tried just now."""
        now = self._clock()
        self._wrong = [at for at in self._wrong if now - at < WRONG_TIME]
        if len(self._wrong) >= WRONG_TOKENS:
            return None
        known = self._is_admin(admin_token)
        if not known:
            self._wrong.append(now)
        return known

    def open_session(self, request: Request, response: Response, name: str) -> None:
        """Let the browser stay signed in as `name` for twelve hours."""
        until = int((self._clock() + SESSION).timestamp())
        text = f"{until}|{secrets.token_hex(8)}|{name}"
        told = base64.urlsafe_b64encode(text.encode()).decode()
        self.set_cookie(request, response, COOKIE, f"{told}.{self._sign('session', told)}", SESSION)

    def close_session(self, response: Response) -> None:
        """Sign the browser out."""
        response.delete_cookie(COOKIE)

    def set_cookie(
        self, request: Request, response: Response, name: str, value: str, age: timedelta
    ) -> None:
        """Set a cookie that no script reads and no other site's form sends."""
        proto = request.headers.get("x-forwarded-proto", request.url.scheme)
        response.set_cookie(
            name,
            value,
            max_age=int(age.total_seconds()),
            httponly=True,
            samesite="lax",  # strict would lose it on the way back from Slack
            secure=self._https or proto == "https",
        )

    def _session_of(self, request: Request) -> str | None:
        told, _, signature = request.cookies.get(COOKIE, "").partition(".")
        if not signature or not hmac.compare_digest(
            signature.encode(), self._sign("session", told).encode()
        ):
            return None
        try:
            until, _, name = base64.urlsafe_b64decode(told).decode().split("|", 2)
            return name if int(until) > self._clock().timestamp() else None
        except (binascii.Error, ValueError):
            return None

    def _is_admin(self, given: str) -> bool:
        if self._admin is None:
            return False
        return hmac.compare_digest(given.encode(), self._admin.get_secret_value().encode())

    def _sign(self, purpose: str, text: str) -> str:
        told = f"{purpose}|{text}".encode()
        return hmac.new(self._key.digest(), told, hashlib.sha256).hexdigest()


def from_loopback(request: Request) -> bool:
    """Whether the request was made on this machine, to it by its own name.

    One that a proxy passed on was not; nor one for another name, which is a page elsewhere whose
    name was made to point here (DNS rebinding).
    """
    if request.client is None or any(name in request.headers for name in _FORWARDED):
        return False
    if request.url.hostname not in _OWN_NAMES:
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
