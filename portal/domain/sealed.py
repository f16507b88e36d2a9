"""What must be read again but lies in no database in the clear: sealed with a key of this installation (security.md A)."""

from base64 import urlsafe_b64encode
from functools import cache

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import String
from sqlalchemy.types import TypeDecorator

FORM = "v1:"
_key = b""


def arm(key: str) -> None:
    """The key of this installation, handed over once at start."""
    global _key
    _key = key.encode()


class Sealed(TypeDecorator):
    """A text that the database holds sealed. `purpose` makes its key: what was sealed for one opens for no other.

    What cannot be opened (the key of the installation was lost) reads as an empty text.
    """

    impl = String
    cache_ok = True

    def __init__(self, purpose: str, length: int):
        super().__init__(length)
        self.purpose = purpose

    def process_bind_param(self, value, dialect):
        return None if value is None else FORM + _fernet(_key, self.purpose).encrypt(value.encode()).decode()

    def process_result_value(self, value, dialect):
        if value is None:
            return None
        try:
            return _fernet(_key, self.purpose).decrypt(value.removeprefix(FORM).encode()).decode()
        except InvalidToken:
            return ""


@cache
def _fernet(key: bytes, purpose: str) -> Fernet:
    made = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(key)
    return Fernet(urlsafe_b64encode(made))
