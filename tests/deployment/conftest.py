import fcntl
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import MIGRATED, database
from tests.deployment.stand import manage, production

OF_OTHERS = ["admin", "drf_spectacular_sidecar", "import_export", "rest_framework", "unfold"]


@pytest.fixture(scope="session")
def static_files(shared_folder: Path) -> Path:
    """As the image holds them, our own."""
    folder = shared_folder / "static"
    with (shared_folder / "static.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            environment = production("postgres://localhost/portal", shared_folder)
            environment["STATIC_ROOT"] = str(shared_folder / "collected")
            others = [f"--ignore={package}" for package in OF_OTHERS]
            collected = manage(environment, "collectstatic", "--no-input", "--verbosity=0", *others)
            assert collected.returncode == 0, collected.stderr
            (shared_folder / "collected").rename(folder)
    return folder


@pytest.fixture(scope="module")
def environment(migrated: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Of production, with a migrated database, for the tests of a module."""
    with database(template=MIGRATED) as url:
        yield production(url, tmp_path_factory.mktemp("portal"))


@pytest.fixture(scope="module")
def web_environment(environment: dict[str, str], static_files: Path) -> dict[str, str]:
    return environment | {"STATIC_ROOT": str(static_files)}


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "output.log"
