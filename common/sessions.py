"""Sessions in the database: only those that it may have made, and that hold something."""

import re
from typing import Any

from django.contrib.sessions.backends import db

OURS = re.compile("[a-z0-9]{32}")


class SessionStore(db.SessionStore):
    def _validate_session_key(self, key: Any) -> bool:
        """A forged cookie is none: a character that PostgreSQL refuses in a text would be an error on every page."""
        return isinstance(key, str) and OURS.fullmatch(key) is not None

    def is_empty(self) -> bool:
        """Also when its last message was read: the cookie goes, and the reader is served shared pages again."""
        return super().is_empty() or (self.modified and not self.keys())
