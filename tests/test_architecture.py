"""The rules of docs/architecture.md that a machine can check."""

import importlib
import inspect
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.db import models
from django.template.utils import get_app_template_dirs
from django.urls import URLPattern, URLResolver, get_resolver
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

ROOT = settings.BASE_DIR
FLOORS = ["common", "members", "agreements", "technoparks", "projects", "events", "cluster_portal"]
TEMPLATES = sorted(path.relative_to(ROOT / "templates") for path in (ROOT / "templates").rglob("*") if path.is_file())
OUR_MODELS = [model for model in apps.get_models() if model.__module__.partition(".")[0] in FLOORS]
RECORDED_MODELS = [model for model in OUR_MODELS if not model.__name__.startswith("Historical")]


def sources(*suffixes: str) -> dict[Path, str]:
    """Path from the root → text of our code and templates, without tests."""
    folders = [ROOT / name for name in (*FLOORS, "templates")]
    return {
        path.relative_to(ROOT): path.read_text()
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.suffix in suffixes
    }


def test_tests_run_with_their_own_settings() -> None:
    assert settings.SETTINGS_MODULE == "cluster_portal.settings.test"


def test_imports_go_down_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert lint_imports(config_filename="pyproject.toml", no_cache=True) == EXIT_STATUS_SUCCESS


@pytest.mark.parametrize("lock", ["main", "embedded", "dev"])
def test_a_lock_is_asked_for_what_pyproject_names(lock: str) -> None:
    """Or `make lock` has been forgotten."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = project["project"]["dependencies"] if lock == "main" else project["dependency-groups"][lock]
    asked_by = "cluster-portal (pyproject.toml)" if lock == "main" else f"cluster-portal (pyproject.toml:{lock})"
    locked = re.split(r"^(?=\w)", (ROOT / f"requirements/{lock}.txt").read_text(), flags=re.MULTILINE)
    direct = [block.partition("==")[0] for block in locked if asked_by in block]
    assert direct == sorted(re.split(r"[^\w-]", name)[0].lower() for name in wanted)


# --- Addresses ---------------------------------------------------------------------------------------------


def our_routes(resolver: URLResolver | None = None, above: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from our_routes(pattern, above + str(pattern.pattern))
        elif pattern.callback.__module__.partition(".")[0] in FLOORS and not above.startswith("admin/"):
            yield above + str(pattern.pattern), pattern


def function_views() -> Iterator[tuple[str, URLPattern]]:
    return ((route, pattern) for route, pattern in our_routes() if not hasattr(pattern.callback, "cls"))


def test_a_view_is_named_as_its_address() -> None:
    differing = {pattern.name: pattern.callback.__name__ for _, pattern in function_views()}
    assert {name: view for name, view in differing.items() if name != view} == {}


def test_a_view_renders_the_template_of_its_name() -> None:
    """Or one whose name begins with it, as ``dashboard`` has ``dashboard_empty.html``."""
    others = {}
    for _, pattern in function_views():
        rendered = re.findall(r'"[\w/]*?(\w+)\.html', inspect.getsource(pattern.callback))
        others[pattern.name] = [stem for stem in rendered if not f"{stem}_".startswith(f"{pattern.name}_")]
    assert {name: stems for name, stems in others.items() if stems} == {}


def test_addresses_are_in_kebab_case() -> None:
    segments = {segment for route, _ in function_views() for segment in re.sub(r"<.+?>", "", route).split("/")}
    kebab = re.compile(r"([a-z0-9]+(-[a-z0-9]+)*)?(\.(csv|ics|json|rss|xlsx))?")
    assert {segment for segment in segments if not kebab.fullmatch(segment)} == set()


def test_no_floor_names_an_address_of_a_higher_one() -> None:
    """Templates of the roof (pages, layouts, components, errors) may name everything."""
    floor_of = {
        f"{namespace}:{name}": FLOORS.index(resolver.urlconf_module.__name__.partition(".")[0])  # type: ignore[union-attr]
        for namespace, (_, resolver) in get_resolver().namespace_dict.items()
        if namespace != "admin"
        for name in filter(lambda name: isinstance(name, str), resolver.reverse_dict)
    }
    higher = []
    for path, text in sources(".py", ".html", ".txt").items():
        home = path.parts[1] if path.parts[0] == "templates" else path.parts[0]
        if home in FLOORS:
            named = re.findall(r"""["'](\w+:\w+)["']""", text)
            higher += [f"{path}: {name}" for name in named if floor_of.get(name, 0) > FLOORS.index(home)]
    assert higher == []


# --- Templates and styles ----------------------------------------------------------------------------------


def names_of(template: Path) -> tuple[str, str]:
    """Whole, and as ``compose`` is given that of a letter."""
    return str(template), str(template).removeprefix("emails/").removesuffix(".txt")


def test_every_template_is_used() -> None:
    """Named in the code or in another template, or found by a package under its own name; letters have no ending."""
    text = "\n".join(sources(".py", ".html", ".txt", ".typ").values())
    packages = [folder for folder in get_app_template_dirs("templates") if "site-packages" in folder.parts]
    unused = [
        str(name)
        for name in TEMPLATES
        if not any(f"{quote}{called}" in text for called in names_of(name) for quote in ('"', "'", '"/'))
        and not any((folder / name).exists() for folder in packages)
    ]
    assert unused == []


@pytest.mark.parametrize(
    ("what", "pattern"),
    [
        ("a style attribute", r"<[^>{]*\sstyle\s*="),
        ("an inline style", r"<style"),
        ("an inline script", r"<script(?![^>]*\bsrc=)"),
        ("an event handler", r"<[^>{]*\son[a-z]+\s*="),
        ("a javascript link", r"javascript:"),
        ("a foreign host", r"""(?:src|srcset|action)=["']?(?:https?:)?//"""),
    ],
)
def test_no_template_has(what: str, pattern: str) -> None:
    """Letters are no pages: their styles are put at each element when they are written."""
    pages = {str(path): text for path, text in sources(".html").items() if "emails" not in path.parts}
    assert [path for path, text in pages.items() if re.search(pattern, text, re.IGNORECASE)] == []


def test_a_style_sheet_is_named_as_what_it_dresses() -> None:
    """A template, a tag of ui.py, or the class that plain elements carry."""
    names = {path.stem for path in TEMPLATES} | set(importlib.import_module("common.templatetags.ui").register.tags)
    for attribute in re.findall(r'class="([^"]*)"', "".join(sources(".html", ".py").values())):
        names |= {name.replace("-", "_") for name in attribute.split()}
    sheets = {path.stem for folder in ("components", "pages") for path in (ROOT / "static/css" / folder).iterdir()}
    assert sheets - names == set()


def test_every_style_sheet_is_in_the_bundle() -> None:
    bundle = (ROOT / "static/css/main.css").read_text()
    imported = re.findall(r'@import "(.+?)"', bundle)
    sheets = {str(path.relative_to(ROOT / "static/css")) for path in (ROOT / "static/css").rglob("*.css")}
    assert sorted(imported) == sorted(sheets - {"main.css", "admin.css"})


# --- Models and services -----------------------------------------------------------------------------------


def test_migrations_are_named_and_numbered() -> None:
    for app in FLOORS:
        names = sorted(path.stem for path in (ROOT / app / "migrations").glob("[0-9]*.py"))
        assert [name[:5] for name in names] == [f"{number:04}_" for number in range(1, len(names) + 1)]
        assert [name for name in names if re.search(r"_auto_|\d{6}", name)] == []


def test_text_is_empty_and_never_null() -> None:
    nullable = [
        f"{model.__name__}.{field.name}"
        for model in RECORDED_MODELS
        for field in model._meta.local_fields
        if isinstance(field, models.CharField | models.TextField) and field.null
    ]
    assert nullable == []


# A document is shown with the record it is of, and made again there; numbers, keys and marks of what was told are
# changed by nobody; what a person was told, and how they want to be told, is theirs; what a parent has said, the
# parent's and the teacher's; what people say of an event, nobody's to change; what the parties of an agreement have
# said, done and named in its annex is theirs, and shown with the agreement.
TENDED_ELSEWHERE = {
    "Document", "IdempotencyKey", "MembershipImport", "MembershipReminder", "NumberSeries", "Notification",
    "NotificationChoice", "CheckIn", "EventReminder", "ParentConsent",
    "FeedbackAnswer", "FeedbackMark", "FeedbackQuestion", "FeedbackSurvey",
    "Acceptance", "AgreementFile", "AnnexPerson", "Approval", "ClauseComment", "Signature", "SigningCode",
    "SigningRound", "VersionReading", "BookingSeries", "QuizAttempt", "ChallengeTerms", "ReviewRemark",
    "Criterion", "Score", "ScoreSheet", "StageWork",
}  # fmt: skip


def test_every_model_can_be_tended_in_the_office() -> None:
    registered = set(admin.site._registry)
    inlines = {inline.model for model_admin in admin.site._registry.values() for inline in model_admin.inlines}
    assert {model.__name__ for model in RECORDED_MODELS if model not in registered | inlines} == TENDED_ELSEWHERE


def test_every_model_has_a_name_for_people_and_an_order() -> None:
    for model in RECORDED_MODELS:
        assert model._meta.ordering, model
        assert "verbose_name" in model._meta.original_attrs, model
        assert "verbose_name_plural" in model._meta.original_attrs, model


def services() -> list[ModuleType]:
    names = [".".join(path.with_suffix("").parts) for path in sources(".py") if path.name == "services.py"]
    return [importlib.import_module(name) for name in names]


def test_services_take_keywords_after_the_first_argument_and_never_a_request() -> None:
    loose = []
    for module in services():
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if name.startswith("_") or function.__module__ != module.__name__:
                continue
            _, *others = inspect.signature(function).parameters.values()
            if any(parameter.kind is not parameter.KEYWORD_ONLY for parameter in others):
                loose.append(name)
            if "request" in inspect.signature(function).parameters:
                loose.append(f"{name}: request")
    assert loose == []
