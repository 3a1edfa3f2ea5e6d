import os

import pytest

FULL = os.environ.get("FAULTS") == "full"


@pytest.fixture
def scale() -> float:
    """1 for `make faults`, a small part of it for `make test`."""
    return 1 if FULL else 0.02
