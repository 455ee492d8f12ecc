"""WebSub (W3C Recommendation of 2018): a hub pushes what a feed publishes, within seconds.

The callback of a feed is `PUBLIC_URL/websub/ID-TOKEN`. Its secret is kept sealed; the token is made
of it, so that nobody but the hub can confirm a subscription, and a push counts only with a valid
signature, so that whoever knows the address can do nothing. Polling goes on beside it,
at the feed's slower pace, and finds whatever a hub forgets.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import Row, Select, or_, select, update

from bot.errors import FetchFailed, SettingsError
from bot.feeds.addresses import shown
from bot.feeds.fetcher import Fetcher
from bot.feeds.poller import Poller
from bot.feeds.report import PollReport
from bot.storage.database import Database
from bot.storage.secrets import Vault
from bot.storage.tables import feed

log = structlog.get_logger(__name__)

LEASE = timedelta(days=10)
RENEW_BEFORE = timedelta(days=2)
ASK_AGAIN = timedelta(hours=6)
"""How long a request to a hub may stay unconfirmed before it is made again."""

MAX_PUSH = 10_000_000
_ALGORITHMS = ("sha256", "sha384", "sha512", "sha1")
_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Verified:
    """The answer to a hub that verifies an intent: its challenge with 200, or 404."""

    challenge: str = ""

    @property
    def accepted(self) -> bool:
        """Whether the intent was ours."""
        return bool(self.challenge)


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a push. A wrong signature is answered like a right one (WebSub, 8)."""

    accepted: bool
    report: PollReport | None = None


def is_signed(body: bytes, header: str, secret: str) -> bool:
    """Whether `X-Hub-Signature: METHOD=HEX` is that of `body` under `secret`. Pure."""
    method, _, given = header.strip().partition("=")
    if method.lower() not in _ALGORITHMS or not given:
        return False
    wanted = hmac.new(secret.encode(), body, getattr(hashlib, method.lower())).hexdigest()
    return hmac.compare_digest(wanted.encode(), given.strip().lower().encode("utf-8", "replace"))


def lease_from(seconds: str) -> timedelta:
    """Give the lease that a hub grants, at least an hour, at most thirty days. Pure."""
    granted = int(seconds[:9]) if seconds.isdigit() else int(LEASE.total_seconds())
    return timedelta(seconds=min(max(granted, 3600), 30 * 86_400))


def token_of(secret: str) -> str:
    """Give the part of the callback's address that only the hub knows. Pure."""
    return hmac.new(secret.encode(), b"callback", hashlib.sha256).hexdigest()[:32]


class WebSub:
    """Subscribes at hubs and takes in what they push.

    Without a public address, or without a key to seal secrets with, it does nothing: the feeds
    are polled as ever.
    """

    def __init__(
        self, db: Database, fetcher: Fetcher, vault: Vault, public_url: str | None
    ) -> None:
        self._db = db
        self._fetcher = fetcher
        self._vault = vault
        self._public_url = (public_url or "").rstrip("/")

    @property
    def enabled(self) -> bool:
        """Whether hubs can reach this installation."""
        return bool(self._public_url) and self._vault.has_key

    async def renew(self) -> int:
        """Ask hubs to push the feeds whose lease is missing or soon over; give how many."""
        if not self.enabled:
            return 0
        asked = 0
        for row, secret in await self._claim():
            asked += await self._subscribe(row, secret)
        return asked

    async def verify(self, feed_id: int, token: str, query: Mapping[str, str]) -> Verified:
        """Answer a hub's GET: confirm only what we asked for (WebSub, 5.3).

        A denial by the hub ends the attempt, and the feed goes on being polled.
        """
        mode, topic = query.get("hub.mode", ""), query.get("hub.topic", "")
        async with self._db.write() as conn:
            now = await self._db.now(conn)
            row = (await conn.execute(_HUBS.where(feed.c.id == feed_id))).one_or_none()
            secret = self._secret_of(row)
            if not secret or not hmac.compare_digest(token_of(secret).encode(), token.encode()):
                return Verified()
            ours = row is not None and row.hub_topic == topic
            if mode == "denied" and ours:
                log.info("websub.denied", feed=feed_id, reason=query.get("hub.reason", "")[:200])
                return Verified()
            if mode == "unsubscribe":
                # We never ask for it for a feed that is watched.
                gone = row is None or row.state != "active"
                return Verified(query.get("hub.challenge", "")[:2000] if gone else "")
            if mode != "subscribe" or not ours:
                return Verified()
            lease = lease_from(query.get("hub.lease_seconds", ""))
            await conn.execute(
                update(feed).where(feed.c.id == feed_id).values(hub_lease_until=now + lease)
            )
        log.info("websub.subscribed", feed=feed_id, days=lease.days)
        return Verified(query.get("hub.challenge", "")[:2000])

    async def receive(
        self, poller: Poller[Any], feed_id: int, body: bytes, headers: Mapping[str, str]
    ) -> Received:
        """Take in a hub's POST. What is not signed with our secret is dropped.

        `headers` are looked up in lower case. A document too large, or one that only announces,
        leads to a poll instead.
        """
        async with self._db.read() as conn:
            row = (await conn.execute(_HUBS.where(feed.c.id == feed_id))).one_or_none()
        secret = self._secret_of(row)
        if row is None or not secret:
            return Received(accepted=False)
        if not is_signed(body, headers.get("x-hub-signature", ""), secret):
            log.warning("websub.bad_signature", feed=feed_id, bytes=len(body))
            return Received(accepted=False)
        if not body.strip() or len(body) > MAX_PUSH or row.kind != "feed":
            return Received(accepted=True, report=await poller.poll_feed(feed_id))
        report = await poller.take_pushed(feed_id, body, headers.get("content-type", ""))
        return Received(accepted=True, report=report)

    def _secret_of(self, row: Row[Any] | None) -> str:
        """Give a feed's secret, or an empty text when it has none that can be opened."""
        if row is None or row.hub_secret is None:
            return ""
        try:
            return self._vault.open(row.hub_secret)
        except SettingsError:
            return ""

    async def _claim(self) -> list[tuple[Row[Any], str]]:
        """Take the feeds to subscribe, with a secret each, so that no other worker does too.

        The secret of a lease that still runs is kept: pushes signed with it are under way.
        """
        async with self._db.write() as conn:
            now = await self._db.now(conn)
            soon = or_(
                feed.c.hub_lease_until.is_(None), feed.c.hub_lease_until <= now + RENEW_BEFORE
            )
            not_asked = or_(feed.c.hub_asked_at.is_(None), feed.c.hub_asked_at <= now - ASK_AGAIN)
            rows = await conn.execute(
                _HUBS.where(
                    feed.c.state == "active", feed.c.hub_url.is_not(None), soon, not_asked
                ).limit(_AT_ONCE)
            )
            claimed = []
            for row in rows.all():
                secret = self._vault.open(row.hub_secret) if row.hub_secret else _new_secret()
                await conn.execute(
                    update(feed)
                    .where(feed.c.id == row.id)
                    .values(hub_secret=self._vault.seal(secret), hub_asked_at=now)
                )
                claimed.append((row, secret))
        return claimed

    async def _subscribe(self, row: Row[Any], secret: str) -> bool:
        form = {
            "hub.mode": "subscribe",
            "hub.topic": row.hub_topic,
            "hub.callback": f"{self._public_url}/websub/{row.id}-{token_of(secret)}",
            "hub.secret": secret,
            "hub.lease_seconds": str(int(LEASE.total_seconds())),
        }
        try:
            status = await self._fetcher.post_form(row.hub_url, form)
        except FetchFailed as error:
            log.warning("websub.hub_failed", feed=row.id, hub=shown(row.hub_url), why=str(error))
            return False
        if not 200 <= status < 300:
            log.warning("websub.hub_refused", feed=row.id, hub=shown(row.hub_url), status=status)
            return False
        return True


_HUBS: Select[Any] = select(
    feed.c.id, feed.c.kind, feed.c.state, feed.c.hub_url, feed.c.hub_topic, feed.c.hub_secret
)


def _new_secret() -> str:
    return secrets.token_hex(32)
