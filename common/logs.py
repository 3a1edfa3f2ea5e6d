"""What no line of a log may hold."""

import re
from collections.abc import MutableMapping
from typing import Any

# A part of an address that is a signed link (``common.links``, e-mail confirmation), or allauth's to a new password:
# who reads a log could follow it. nginx hides the same (deploy/nginx/nginx.conf).
SIGNED = re.compile(r"/[^/?\s]*[.:][\w-]{20,}|(?<=/key)/[\w-]{20,}")
QUERY = re.compile(r"\?\S*")  # what people searched for, names of pupils among it


def without_secrets(_logger: object, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A processor of structlog: of addresses, in ``request`` or in the words of Django itself, what may be read."""
    for name in ("request", "event"):
        if isinstance(text := line.get(name), str):
            line[name] = QUERY.sub("", SIGNED.sub("/…", text)) if name == "request" else SIGNED.sub("/…", text)
    return line
