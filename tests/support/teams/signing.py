"""The look-alike's own keys: it signs what it sends as the Bot Connector does."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

ISSUER = "https://api.botframework.com"


@cache
def private_key(name: str) -> rsa.RSAPrivateKey:
    """Give a key of that name, made once a test process."""
    return rsa.generate_private_key(public_exponent=65_537, key_size=2_048)


def key_set(published: Mapping[str, list[str]]) -> dict[str, Any]:
    """Give the public keys as Microsoft publishes its own, each with what it is endorsed for."""
    keys = []
    for name, endorsed in published.items():
        key = json.loads(RSAAlgorithm.to_jwk(private_key(name).public_key()))
        keys.append(key | {"kid": name, "use": "sig", "endorsements": endorsed})
    return {"keys": keys}


def sign(claims: dict[str, Any], *, key: str, key_id: str | None = None) -> str:
    """Sign claims; `key_id`: what the token says of its key, if not the truth."""
    headers = {"kid": key if key_id is None else key_id}
    return jwt.encode(claims, private_key(key), algorithm="RS256", headers=headers)


def claims(app_id: str, service_url: str, **changed: Any) -> dict[str, Any]:
    """Give the claims of a good token to the bot; None leaves one out."""
    now = int(time.time())
    good = {
        "iss": ISSUER,
        "aud": app_id,
        "serviceurl": service_url,
        "nbf": now - 60,
        "exp": now + 3_600,
    } | changed
    return {name: value for name, value in good.items() if value is not None}
