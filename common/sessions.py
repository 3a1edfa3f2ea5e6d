"""Sessions in the database, which asks for those only that it may have made."""

import re
from typing import Any

from django.contrib.sessions.backends import db

OURS = re.compile("[a-z0-9]{32}")


class SessionStore(db.SessionStore):
    """A forged cookie is none: a character that PostgreSQL refuses in a text would be an error on every page."""

    def _validate_session_key(self, key: Any) -> bool:
        return isinstance(key, str) and OURS.fullmatch(key) is not None
