"""What production makes of the static files."""

import json
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from pytest_django import Settings


@pytest.fixture(scope="module")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("static")


@pytest.fixture
def collected(bundled: Path, settings: Settings) -> Path:
    """Our own files only: those of the packages are hashed alike and take long to compress."""
    settings.STATIC_ROOT = bundled
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "common.staticfiles.BundledStaticFilesStorage"},
    }
    if not any(bundled.iterdir()):
        call_command("collectstatic", interactive=False, verbosity=0)
    return bundled


def test_one_style_sheet_holds_all_of_them(collected: Path) -> None:
    address = staticfiles_storage.url("css/main.css")
    assert re.fullmatch(r"/static/css/main\.[0-9a-f]{12}\.css", address)
    style = (collected / address.removeprefix("/static/")).read_text()
    assert "@import" not in style
    assert "@layer" in style


def test_every_name_carries_the_hash_of_what_it_holds(collected: Path, settings: Settings) -> None:
    names = json.loads((collected / "staticfiles.json").read_text())["paths"]
    [source] = settings.STATICFILES_DIRS
    assert names.keys() == {str(path.relative_to(source)) for path in source.rglob("*") if path.is_file()}
    assert all(re.search(r"\.[0-9a-f]{12}\.\w+$", hashed) for hashed in names.values())


def test_a_packed_copy_lies_beside_each_style_sheet(collected: Path) -> None:
    style = collected / staticfiles_storage.url("css/main.css").removeprefix("/static/")
    weights = [style.with_name(style.name + suffix).stat().st_size for suffix in ("", ".gz", ".br")]
    assert weights == sorted(weights, reverse=True)


def test_everybody_may_read_them(collected: Path) -> None:
    """They are collected by root when an image is built, and read by another user."""
    files = [path for path in collected.rglob("*") if path.is_file()]
    assert {path.stat().st_mode & 0o777 for path in files if path.suffix not in (".gz", ".br")} == {0o644}


def test_first_visits_are_light(collected: Path) -> None:
    """interface.md, «Weights»: style up to 25 KB, script up to 30 KB, both as they travel."""
    style = collected / (staticfiles_storage.url("css/main.css").removeprefix("/static/") + ".br")
    assert style.stat().st_size <= 25 * 1024
