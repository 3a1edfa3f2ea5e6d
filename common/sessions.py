"""Sessions in the database: only those that it may have made, and that hold something."""

import re
from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.db import InterfaceError, OperationalError

OURS = re.compile("[a-z0-9]{32}")


class SessionStore(db.SessionStore):
    def _validate_session_key(self, key: Any) -> bool:
        """A forged cookie is none: a character that PostgreSQL refuses in a text would be an error on every page."""
        return isinstance(key, str) and OURS.fullmatch(key) is not None

    def is_empty(self) -> bool:
        """Also when its last message was read: the cookie goes, and the reader is served shared pages again."""
        return super().is_empty() or (self.modified and not self.keys())

    def save(self, must_create: bool = False) -> None:
        """When the database is away, Django takes it for a log-out meanwhile, and answers that the request was bad."""
        try:
            super().save(must_create)
        except UpdateError as error:
            if isinstance(error.__context__, OperationalError | InterfaceError):
                raise error.__context__ from None
            raise
