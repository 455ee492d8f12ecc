"""Secrets at rest: encrypted with the keys of EXPORTNEWS_SECRET_KEY (Fernet)."""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from pydantic import SecretStr

from bot.errors import SettingsError


class Vault:
    """Encrypts and decrypts what is stored secretly.

    Keys are any texts, separated by commas; the first encrypts, all decrypt, so a key is rotated
    by putting a new one in front. Without a key nothing secret can be stored.
    """

    def __init__(self, keys: SecretStr | None) -> None:
        texts = [k.strip() for k in (keys.get_secret_value() if keys else "").split(",")]
        fernets = [Fernet(_derive(text)) for text in texts if text]
        self._fernet = MultiFernet(fernets) if fernets else None

    @property
    def has_key(self) -> bool:
        """Whether secrets can be stored."""
        return self._fernet is not None

    def seal(self, secret: str) -> bytes:
        """Encrypt a secret. Raises SettingsError without a key."""
        return self._need().encrypt(secret.encode())

    def open(self, sealed: bytes) -> str:
        """Decrypt a secret. Raises SettingsError when none of the keys fits."""
        try:
            return self._need().decrypt(sealed).decode()
        except InvalidToken:
            raise SettingsError(
                "EXPORTNEWS_SECRET_KEY does not open what is stored; put the former key back, "
                "after a comma."
            ) from None

    def renew(self, sealed: bytes) -> bytes:
        """Encrypt again with the first key, for a rotation."""
        try:
            return self._need().rotate(sealed)
        except InvalidToken:
            raise SettingsError(
                "EXPORTNEWS_SECRET_KEY does not open what is stored; put the former key back, "
                "after a comma."
            ) from None

    def _need(self) -> MultiFernet:
        if self._fernet is None:
            raise SettingsError(
                "EXPORTNEWS_SECRET_KEY is missing; set it to a long random text, so that secrets "
                "are stored encrypted."
            )
        return self._fernet


def _derive(text: str) -> bytes:
    digest = hashlib.scrypt(text.encode(), salt=b"exportnews.vault.v1", n=2**14, r=8, p=1, dklen=32)
    return base64.urlsafe_b64encode(digest)
