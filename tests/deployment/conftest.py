import fcntl
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deployment.stand import empty_database, manage, production

OF_OTHERS = ["admin", "drf_spectacular_sidecar", "import_export", "rest_framework", "unfold"]


@pytest.fixture(scope="session")
def static_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As the image holds them, our own. They take a while, so the processes of pytest-xdist share them."""
    shared = tmp_path_factory.getbasetemp()
    if shared.name.startswith("popen-"):
        shared = shared.parent
    folder = shared / "static"
    with (shared / "static.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            environment = production("postgres://localhost/portal", shared) | {"STATIC_ROOT": str(shared / "collected")}
            others = [f"--ignore={package}" for package in OF_OTHERS]
            collected = manage(environment, "collectstatic", "--no-input", "--verbosity=0", *others)
            assert collected.returncode == 0, collected.stderr
            (shared / "collected").rename(folder)
    return folder


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Of production, with a migrated database, for the tests of a module."""
    with empty_database() as database:
        given = production(database, tmp_path_factory.mktemp("portal"))
        migrated = manage(given, "migrate", "--no-input")
        assert migrated.returncode == 0, migrated.stderr
        yield given


@pytest.fixture(scope="module")
def web_environment(environment: dict[str, str], static_files: Path) -> dict[str, str]:
    return environment | {"STATIC_ROOT": str(static_files)}


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "output.log"
