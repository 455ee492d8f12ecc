"""Whose guesses are whose: only trusted proxies say for whom they ask."""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request

from bot.errors import SettingsError
from bot.settings import load_settings
from handlers.web.near import source
from tests.web.site import BEARER, TOKEN, open_site

TRUSTED = [ip_network("127.0.0.0/8"), ip_network("10.1.0.0/16"), ip_network("fd00::/8")]


def _request(peer: str, *forwarded: str, **more: str) -> Request:
    headers = [(b"x-forwarded-for", one.encode()) for one in forwarded]
    headers += [(name.encode(), value.encode()) for name, value in more.items()]
    return Request({"type": "http", "client": (peer, 1), "headers": headers})


@pytest.mark.parametrize(
    ("peer", "forwarded", "told"),
    [
        ("203.0.113.9", (), "203.0.113.9"),
        ("203.0.113.9", ("198.51.100.1",), "203.0.113.9"),
        ("10.2.0.1", ("198.51.100.1",), "10.2.0.1"),
        ("192.168.1.5", ("127.0.0.1",), "192.168.1.5"),
        ("10.1.0.1", ("198.51.100.1",), "198.51.100.1"),
        ("10.1.0.1", ("1.1.1.1, 198.51.100.1, 10.1.0.2",), "198.51.100.1"),
        ("10.1.0.1", ("1.1.1.1", "198.51.100.1"), "198.51.100.1"),
        ("::ffff:10.1.0.1", ("198.51.100.1",), "198.51.100.1"),
        ("fd00::1", ("2606:2800:220:1::1",), "2606:2800:220:1::/64"),
        ("10.1.0.1", ("1.1.1.1, 198.51.100.1:5678, 10.1.0.2:80",), "198.51.100.1"),
        ("10.1.0.1", ("[2606:2800:220:1::1]:443",), "2606:2800:220:1::/64"),
        ("10.1.0.1", ("[2606:2800:220:1::1]",), "2606:2800:220:1::/64"),
        ("127.0.0.1", ("[198.51.100.1:80",), None),
        ("127.0.0.1", ("198.51.100.1, unknown",), None),
        ("127.0.0.1", (), None),
    ],
)
def test_only_trusted_proxies_say_for_whom_they_ask(
    peer: str, forwarded: tuple[str, ...], told: str | None
) -> None:
    assert source(_request(peer, *forwarded), TRUSTED) == told
    assert source(_request(peer, *forwarded, via="1.1 x"), TRUSTED) == told


async def test_no_header_makes_new_sources_of_one_that_is_not_trusted(
    sqlite_url: str, tmp_path: Path
) -> None:
    more: dict[str, Any] = {
        "exportnews_admin_token": TOKEN,
        "exportnews_trusted_proxies": "10.1.0.1",
    }
    async with open_site(sqlite_url, tmp_path, **more) as site:
        wrong = {"Authorization": "Bearer guess"}
        statuses = []
        for number in range(12):
            headers = wrong | {"X-Forwarded-For": f"198.51.100.{number}"}
            statuses.append((await site.client.get("/metrics", headers=headers)).status_code)
        assert statuses == [403] * 10 + [429] * 2
        right = BEARER | {"X-Forwarded-For": "198.51.100.99"}
        assert (await site.client.get("/metrics", headers=right)).status_code == 429


def test_what_is_no_network_is_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPORTNEWS_TRUSTED_PROXIES", "10.0.0.0/33")
    with pytest.raises(SettingsError, match="EXPORTNEWS_TRUSTED_PROXIES must be addresses"):
        load_settings()
