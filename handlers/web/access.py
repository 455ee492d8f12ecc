"""Who may see the console and the metrics: this machine, the admin token, signed-in operators."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.clock import Clock
from bot.settings import Settings
from handlers.web.guesses import Guesses
from handlers.web.near import from_loopback, source

log = structlog.get_logger(__name__)

COOKIE = "exportnews_session"
SESSION = timedelta(hours=12)
TOO_MANY = "Too many wrong tokens; wait a minute."
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
    deployment knows it, and changing the admin token ends all sessions. With a public address
    nobody is let in for being on this machine: so is the proxy that passes strangers on, and one
    that is left as it comes does not say that it does.
    """

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._admin = settings.exportnews_admin_token
        public = urlsplit(settings.exportnews_public_url or "")
        self._https = public.scheme == "https"
        published = bool(public.hostname) and public.hostname not in _OWN_NAMES
        self.open_here = not published and not settings.signs_in_with_slack
        self._public_host = public.netloc
        self._trusted = settings.trusted_proxies
        self._clock = clock
        self._guesses = Guesses()
        parts = (settings.exportnews_admin_token, settings.exportnews_secret_key)
        given = "\n".join(part.get_secret_value() if part else "" for part in parts).strip()
        self._key = hashlib.sha256(b"console" + (given.encode() or secrets.token_bytes(32)))

    def visitor(self, request: Request) -> Visitor | None:
        """Give who asks, or None when they may not enter.

        Raises HTTPException (429) when too many wrong tokens came from there just now.
        """
        if (name := self._session_of(request)) is not None:
            return Visitor(name, self._sign("form", request.cookies[COOKIE]), signed_in=True)
        if self.open_here and from_loopback(request):
            return Visitor("this machine", self._sign("form", "loopback"))
        kind, _, given = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or self._admin is None:
            return None
        known = self.knows(request, given.strip())
        if known is None:
            raise HTTPException(429, TOO_MANY)
        return Visitor("admin", self._sign("form", "bearer")) if known else None

    def may_change(self, request: Request, visitor: Visitor, form_token: str) -> bool:
        """Whether a form was sent from the console's own page, in this visitor's session."""
        told = request.headers.get("sec-fetch-site")
        same = told in {"same-origin", "none"} if told else self._is_own_origin(request)
        return same and hmac.compare_digest(visitor.form_token.encode(), form_token.encode())

    def knows(self, request: Request, admin_token: str) -> bool | None:
        """Whether this is the admin token; None when too many wrong ones came from there just now.

        Where a proxy does not say for whom it asks, all its callers are one source: there the
        right token is let pass whatever others tried, and the wrong ones alone are turned away.
        """
        now, where = self._clock(), source(request, self._trusted)
        too_many = self._guesses.too_many(where, now)
        if too_many and where is not None:
            return None
        if self._is_admin(admin_token):
            return True
        if too_many:
            return None
        self._guesses.add(where, now)
        log.warning("console.wrong_token", source=where or "a proxy that names nobody")
        return False

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

    def _is_own_origin(self, request: Request) -> bool:
        """Whether an older browser, which sends no Sec-Fetch-Site, names our own address."""
        origin = request.headers.get("origin")
        own = {request.headers.get(name) for name in ("host", "x-forwarded-host")}
        asked = (origin or "").partition("://")[2]
        return origin is None or asked in {*own, self._public_host} - {None, ""}

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
