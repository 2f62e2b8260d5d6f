"""What protects a customer: each has a key of their own, and the keys are wrapped by the one of this deployment.

AES-256-GCM throughout, a fresh nonce for each text; what a text is for is authenticated with it, so that no cipher can
be put in the place of another. Forgetting a customer's key is erasing the customer.
"""

from __future__ import annotations

import base64
import binascii
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
_NONCE_BYTES = 12  # what GCM was made for


class NoKey(Exception):
    """This process was given no key, or one that is not this database's."""


class Vault:
    """Wraps customers' keys and uses them; one without a key opens nothing."""

    def __init__(self, key: bytes | None = None) -> None:
        self._key = key

    @property
    def has_key(self) -> bool:
        """Whether there is a key at all."""
        return self._key is not None

    def new_key(self) -> str:
        """Make a customer's key, wrapped."""
        return _seal(self._master(), "key", secrets.token_bytes(KEY_BYTES))

    def seal(self, wrapped: str, what: str, words: str) -> str:
        """Encrypt words under a wrapped key; no words need no cipher. Raises NoKey."""
        return _seal(_open(self._master(), "key", wrapped), what, words.encode()) if words else ""

    def open(self, wrapped: str, what: str, cipher: str) -> str:
        """Decrypt what `seal` encrypted; with the key forgotten nothing is left. Raises NoKey."""
        if not (wrapped and cipher):
            return ""
        return _open(_open(self._master(), "key", wrapped), what, cipher).decode()

    def proof(self) -> str:
        """Make a token by which the key can be known again. Raises NoKey."""
        return _seal(self._master(), "proof", b"xietong")

    def fits(self, proof: str) -> bool:
        """Say whether this is the key that made the token."""
        try:
            return _open(self._master(), "proof", proof) == b"xietong"
        except NoKey:
            return False

    def _master(self) -> bytes:
        if self._key is None:
            raise NoKey("this process has no key for customers' data")
        return self._key

    def __repr__(self) -> str:
        return f"Vault({'with' if self.has_key else 'without'} a key)"


def write_key(key: bytes) -> str:
    """Write a key as text."""
    return base64.urlsafe_b64encode(key).decode()


def read_key(words: str) -> bytes:
    """Read a key written by `write_key`. Raises ValueError."""
    try:
        key = base64.urlsafe_b64decode(words.strip().encode())
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError("the key is not written as 44 characters of base64") from error
    if len(key) != KEY_BYTES:
        raise ValueError("the key is not written as 44 characters of base64")
    return key


def _seal(key: bytes, what: str, words: bytes) -> str:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return base64.urlsafe_b64encode(nonce + AESGCM(key).encrypt(nonce, words, what.encode())).decode()


def _open(key: bytes, what: str, cipher: str) -> bytes:
    raw = base64.urlsafe_b64decode(cipher.encode())
    try:
        return AESGCM(key).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], what.encode())
    except InvalidTag:
        raise NoKey("this is not the key the customer was put under") from None
