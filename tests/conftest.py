"""What every test may ask for."""

import gc
import gettext
import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import TransactionTestCase
from django.utils import translation
from django.utils.translation import trans_real
from pytest_django import DjangoDbBlocker, Settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from cluster_portal.settings.base import redis_caches
from common import page_cache
from common.caching import forget_stamp
from common.messages import compile_catalogues
from tests.browser.chromium import CHROMIUM
from tests.databases import MIGRATED, as_migrated, end_other_connections, migrate_once, remember
from tests.deployment.nginx import NGINX
from tests.templates import UnknownVariable

# What tests with these markers drive, and Debian's package of it: pip does not bring it.
PROGRAMS = {"browser": (CHROMIUM, "chromium-headless-shell"), "nginx": (NGINX, "nginx-light")}
# Modules whose tests share what takes long to set up.
TOGETHER = {
    f"tests/{module}.py"
    for module in (
        *("browser/test_pages", "browser/test_letters", "journeys/test_application", "test_permissions", "test_run"),
        *("journeys/test_agreements", "journeys/test_events", "agreements/test_random_courses"),
        *("deployment/test_backup", "deployment/test_compose", "deployment/test_nginx"),
    )
}
NOT_FOUND = "not installed: "
NOWHERE = "redis://127.0.0.1:1/0"  # nobody listens there


def pytest_configure(config: pytest.Config) -> None:
    options: Any = settings.TEMPLATES[0]["OPTIONS"]
    options["string_if_invalid"] = UnknownVariable()
    # Pages are read in Russian; of the processes of pytest-xdist only the first compiles.
    if not hasattr(config, "workerinput"):
        compile_catalogues()
        # Settings have been translated, from whatever was there before; both keep what they have read.
        gettext._translations.clear()  # type: ignore[attr-defined]
        trans_real._translations.clear()  # type: ignore[attr-defined]
    _read_plain_spaces()


def _read_plain_spaces() -> None:
    """Texts as they are stored, so that tests are typed like them; those that are compiled have tests of their own."""
    for folder in reversed(settings.LOCALE_PATHS):
        binary = io.BytesIO()
        with (Path(folder) / "ru" / "LC_MESSAGES" / "django.po").open("rb") as texts:
            write_mo(binary, read_po(texts, locale="ru"))
        binary.seek(0)
        plain: Any = trans_real.translation("ru")
        plain.merge(gettext.GNUTranslations(binary))


class Scheduler(LoadScopeScheduling):
    """Of pytest-xdist, for `make test`: tests of some modules stay in one process, and these begin; all others go where
    there is time. (Its own way to say so, ``--dist loadgroup``, does nothing since pytest 9.2.)"""

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.partition("::")[0]
        return module if module in TOGETHER else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduler | None:
    return Scheduler(config, log) if config.getvalue("dist") == "load" else None


def pytest_collection_finish() -> None:
    """What has been imported stays to the end: the collector of garbage need not look at it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000)


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker, (program, package) in PROGRAMS.items():
        if item.get_closest_marker(marker) and program is None:
            if os.environ.get("CI") == "true":
                pytest.fail(f"{NOT_FOUND}{package}")
            pytest.skip(f"{NOT_FOUND}{package}")


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """For what takes a while and is made once for all processes of pytest-xdist."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if folder.name.startswith("popen-") else folder


@pytest.fixture(scope="session")
def migrated(shared_folder: Path) -> None:
    migrate_once(shared_folder)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None, migrated: None) -> None:
    settings.DATABASES["default"]["TEST"] |= {"TEMPLATE": MIGRATED}


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """After a test that commits for real, the database is again as the migrations have made it."""
    with django_db_blocker.unblock():
        remember()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda test: as_migrated())
        yield
    with django_db_blocker.unblock():
        end_other_connections()


@pytest.fixture(scope="session", autouse=True)
def mail_is_written(django_test_environment: None) -> None:
    """Django keeps the mail of tests in memory; ours is kept as in production."""
    settings.EMAIL_BACKEND = "common.mail.backend.EmailBackend"


@pytest.fixture(autouse=True)
def fresh_start() -> None:
    """Stored pages, counters of limits and the language of one test are unknown to the next."""
    cache.clear()
    forget_stamp()
    page_cache._at_hand.clear()
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture
def no_cache_server(settings: Settings) -> None:
    settings.CACHES = redis_caches(NOWHERE)


@pytest.fixture
def no_database(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    with django_db_blocker.unblock():
        connection.close()
        monkeypatch.setitem(connection.settings_dict, "PORT", "1")
        yield
        connection.close()


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the browser, for tests marked ``browser``."""
    assert CHROMIUM, "only tests marked `browser` may ask for it"
    return CHROMIUM


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = [str(report.longrepr) for report in terminalreporter.getreports("skipped")]
    for marker, (_, package) in PROGRAMS.items():
        if number := sum(f"{NOT_FOUND}{package}" in reason for reason in skipped):
            terminalreporter.section(f"{marker.upper()} TESTS WERE NOT RUN", sep="!", red=True, bold=True)
            terminalreporter.line(f"{number} tests need {package}; on Debian and Ubuntu: apt install {package}")
