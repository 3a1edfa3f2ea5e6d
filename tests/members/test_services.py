"""Logos and profiles."""

import io
from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from PIL import Image
from pytest_django import DjangoCaptureOnCommitCallbacks

from common.caching import STAMP_KEY
from members.models import Direction, Organisation
from members.organisations.services import delete_organisation, remove_logo, set_logo, update_profile
from tests.factories.members import OrganisationFactory

pytestmark = pytest.mark.django_db


def picture() -> ContentFile:
    buffer = io.BytesIO()
    Image.new("RGB", (600, 400)).save(buffer, "PNG")
    return ContentFile(buffer.getvalue(), name="../../etc/logo.svg")


def stored() -> set[str]:
    return set(default_storage.listdir("logos")[1]) if default_storage.exists("logos") else set()


@pytest.fixture(autouse=True)
def empty_storage() -> None:
    for name in stored():
        default_storage.delete(f"logos/{name}")


def test_a_logo_is_stored_in_each_size_under_a_name_of_ours() -> None:
    organisation = set_logo(OrganisationFactory(), upload=picture())
    stem = str(organisation.logo).removeprefix("logos/").removesuffix(".webp")
    assert stored() == {f"{stem}.webp", f"{stem}-96.webp", f"{stem}-192.webp", f"{stem}-512.webp"}
    sizes = [Image.open(default_storage.open(f"logos/{stem}-{side}.webp")).size for side in (96, 192, 512)]
    assert sizes == [(96, 64), (192, 128), (512, 341)]
    assert Organisation.objects.get().logo == organisation.logo


def test_a_new_logo_takes_the_place_of_the_old_one_after_the_commit(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    organisation = set_logo(OrganisationFactory(), upload=picture())
    old = stored()
    with django_capture_on_commit_callbacks(execute=True):
        set_logo(organisation, upload=picture())
        assert old < stored()
    assert len(stored()) == 4
    assert old.isdisjoint(stored())


def test_a_removed_logo_leaves_no_file(django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> None:
    organisation = set_logo(OrganisationFactory(), upload=picture())
    with django_capture_on_commit_callbacks(execute=True):
        assert not remove_logo(organisation).logo
        remove_logo(organisation)
    assert (stored(), Organisation.objects.get().logo.name) == (set(), "")


def test_a_deleted_organisation_leaves_no_file(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    organisation = set_logo(OrganisationFactory(), upload=picture())
    with django_capture_on_commit_callbacks(execute=True):
        delete_organisation(organisation)
        assert len(stored()) == 4
    delete_organisation(organisation)
    assert (stored(), Organisation.objects.exists()) == (set(), False)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "change", [remove_logo, delete_organisation, lambda organisation: set_logo(organisation, upload=picture())]
)
def test_a_change_that_was_rolled_back_leaves_the_old_logo_whole(change: Callable[[Organisation], object]) -> None:
    organisation = set_logo(OrganisationFactory(), upload=picture())
    old = stored()
    with transaction.atomic():
        change(Organisation.objects.get())
        transaction.set_rollback(True)
    assert Organisation.objects.get().logo == organisation.logo
    assert old <= stored()


def test_what_is_no_picture_changes_nothing() -> None:
    organisation = OrganisationFactory()
    with pytest.raises(ValidationError):
        set_logo(organisation, upload=ContentFile(b"text", name="logo.png"))
    assert (stored(), Organisation.objects.get().logo.name) == (set(), "")


def profile(**changes: object) -> dict[str, object]:
    fields = {"city": "", "city_en": "", "website": "", "about": "", "about_en": ""}
    return {**fields, "directions": Direction.objects.none(), "new_logo": None, "no_logo": False, **changes}


def test_a_profile_is_written_whole() -> None:
    organisation = OrganisationFactory(directions=["robotics"])
    chosen = Direction.objects.filter(slug="biotechnology")
    update_profile(
        organisation,
        changes=profile(city="Сургут", about="<p onclick=x>Мы</p>", directions=chosen, new_logo=picture()),
    )
    saved = Organisation.objects.get()
    assert (saved.city, saved.about, saved.direction_slugs) == ("Сургут", "<p>Мы</p>", ["biotechnology"])
    assert saved.logo.name.startswith("logos/")
    update_profile(saved, changes=profile(no_logo=True))
    assert Organisation.objects.get().logo.name == ""


def test_a_changed_profile_is_one_row_of_the_history() -> None:
    organisation = OrganisationFactory(directions=["robotics"])
    rows = organisation.history.count()
    chosen = Direction.objects.filter(slug="biotechnology")
    update_profile(organisation, changes=profile(city="Сургут", directions=chosen, new_logo=picture()))
    assert organisation.history.count() == rows + 1
    last = organisation.history.latest()
    assert (last.city, [link.direction.slug for link in last.directions.all()]) == ("Сургут", ["biotechnology"])
    assert last.logo == Organisation.objects.get().logo.name


@pytest.mark.parametrize(
    "change",
    [
        {"city": "Сургут"},
        {"about": "Первый\n\nВторой"},
        {"directions": Direction.objects.none()},
        {"new_logo": picture()},
    ],
    ids=["city", "about", "directions", "logo"],
)
def test_whatever_alone_is_changed_of_a_profile_is_one_row(change: dict[str, object]) -> None:
    organisation = OrganisationFactory(directions=["robotics"])
    rows, as_it_is = organisation.history.count(), {"directions": organisation.directions.all()}
    update_profile(organisation, changes=profile(**as_it_is | change))
    assert organisation.history.count() == rows + 1


def test_a_profile_saved_as_it_is_leaves_no_trace(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    about = "<p>Первый</p>\n\n<p>Второй</p>"
    organisation = OrganisationFactory(city="Сургут", about=about, directions=["robotics"])
    rows, before = organisation.history.count(), Organisation.objects.get()
    cache.set(STAMP_KEY, "old")
    same = profile(city="Сургут", about=about.replace("\n", "\r\n"), directions=organisation.directions.all())
    with django_capture_on_commit_callbacks(execute=True):
        update_profile(organisation, changes=same | {"no_logo": True})
    assert (organisation.history.count(), Organisation.objects.get().updated_at) == (rows, before.updated_at)
    assert cache.get(STAMP_KEY) == "old"


def test_a_bad_logo_leaves_the_whole_profile_as_it_was() -> None:
    organisation = OrganisationFactory(city="Сургут", directions=["robotics"])
    with pytest.raises(ValidationError), transaction.atomic():
        update_profile(organisation, changes=profile(city="Другой", new_logo=ContentFile(b"text")))
    saved = Organisation.objects.get()
    assert (saved.city, saved.direction_slugs) == ("Сургут", ["robotics"])
