"""Logos, profiles and the moves of a membership."""

import datetime
import io
from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils import translation
from PIL import Image
from pytest_django import DjangoCaptureOnCommitCallbacks

from common.caching import STAMP_KEY
from common.errors import RuleViolated
from members.models import Direction, Membership, MembershipStatus, MembershipStatusChange, Organisation, User
from members.services import (
    change_membership_status,
    delete_organisation,
    record_membership_start,
    remove_logo,
    set_logo,
    update_profile,
)
from tests.factories.members import MembershipFactory, OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db
YESTERDAY, TODAY = datetime.date(2026, 12, 15), datetime.date(2026, 12, 16)


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


ACTIVE, SUSPENDED, ENDED = MembershipStatus.ACTIVE, MembershipStatus.SUSPENDED, MembershipStatus.ENDED
MOVES = {
    (ACTIVE, ACTIVE): "nothing",
    (ACTIVE, SUSPENDED): "moved",
    (ACTIVE, ENDED): "moved",
    (SUSPENDED, ACTIVE): "moved",
    (SUSPENDED, SUSPENDED): "nothing",
    (SUSPENDED, ENDED): "moved",
    (ENDED, ACTIVE): "membership_move",
    (ENDED, SUSPENDED): "membership_move",
    (ENDED, ENDED): "nothing",
}


def move(membership: Membership, status: str, by: User, on: datetime.date = TODAY) -> str:
    try:
        change_membership_status(membership, status=status, on=on, by=by, reason="протокол 7")
    except RuleViolated as error:
        return error.code
    return "moved" if membership.changes.exists() else "nothing"


@pytest.mark.parametrize(("before", "asked", "outcome"), [(*pair, outcome) for pair, outcome in MOVES.items()])
def test_a_membership_moves_as_the_table_says(before: str, asked: str, outcome: str) -> None:
    assert len(MOVES) == len(MembershipStatus) ** 2
    membership, staff = MembershipFactory(status=before), UserFactory()
    assert move(membership, asked, staff) == outcome
    membership.refresh_from_db()
    if outcome == "moved":
        [change] = membership.changes.all()
        assert (change.status, change.on, change.by, change.reason) == (asked, TODAY, staff, "протокол 7")
        assert (membership.status, membership.ended_on) == (asked, TODAY if asked == ENDED else None)
    else:
        assert (membership.status, membership.changes.count()) == (before, 0)


@pytest.mark.parametrize("asked", [SUSPENDED, ENDED])
def test_a_membership_does_not_change_before_it_starts(asked: str) -> None:
    membership = MembershipFactory(started_on=TODAY)
    assert move(membership, asked, UserFactory(), on=YESTERDAY) == "membership_dates"
    assert move(membership, asked, UserFactory(), on=datetime.date.min) == "membership_dates"
    assert move(membership, asked, UserFactory(), on=TODAY) == "moved"


@pytest.mark.parametrize("asked", [ACTIVE, ENDED])
def test_a_move_does_not_lie_before_the_last_one(asked: str) -> None:
    membership, staff = MembershipFactory(), UserFactory()
    change_membership_status(membership, status=SUSPENDED, on=TODAY, by=staff, reason="протокол 6")
    assert move(membership, asked, staff, on=YESTERDAY) == "membership_dates"
    membership.refresh_from_db()
    assert (membership.status, membership.changes.count()) == (SUSPENDED, 1)
    change_membership_status(membership, status=asked, on=TODAY, by=staff, reason="протокол 7")
    assert membership.changes.count() == 2


def test_the_start_of_a_membership_is_kept_as_its_first_move() -> None:
    staff = UserFactory()
    change = record_membership_start(MembershipFactory(started_on=TODAY, note="протокол 1"), by=staff)
    assert (change.status, change.on, change.by, change.reason) == (ACTIVE, TODAY, staff, "протокол 1")
    with translation.override("en"):
        assert record_membership_start(MembershipFactory(), by=staff).reason == "Entered in the register"


@pytest.mark.django_db(transaction=True)
def test_of_two_who_end_a_membership_at_once_one_does_and_one_finds_it_done() -> None:
    membership, people = MembershipFactory(), UserFactory.create_batch(2)
    start = Barrier(2)

    def end(by: User) -> None:
        start.wait()
        change_membership_status(membership, status=ENDED, on=TODAY, by=by, reason="протокол 7")
        connection.close()

    threads = [Thread(target=end, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert MembershipStatusChange.objects.count() == 1
    assert Membership.objects.get().status == ENDED
