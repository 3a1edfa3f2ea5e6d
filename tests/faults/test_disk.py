"""The disk of uploads takes no more: really, on a file system of a few hundred kilobytes where we may mount one, else
by a limit of the size of a file."""

import io
import random
import resource
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image
from pytest_django import Settings

from common.documents import make_due
from common.models import Document, OutgoingMail
from common.private_files import PrivateStorage
from members.membership.certificates import issue_certificate
from members.models import DataExport, ProfileChange
from members.personal_data import exports as data_exports
from tests.factories.members import MembershipFactory, OrganisationFactory, RepresentativeFactory, UserFactory
from tests.faults.stand import report
from tests.members.test_admin import fields_of
from tests.office import enter, superuser

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

ROOM = 20_000_000  # bytes
PAGE = 4096  # bytes, more than a small copy of data
LITTLE = 250_000  # for the first of the four files, and not for all
Disk = tuple[Path, Callable[[int], None]]


@pytest.fixture
def disk(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Disk]:
    """The folder of uploads, and what sets how many bytes it holds."""
    folder = tmp_path / "media"
    folder.mkdir()
    settings.MEDIA_ROOT = folder
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"}}
    for field in (Document.file, DataExport.file, ProfileChange.new_logo):
        monkeypatch.setattr(field.field, "storage", PrivateStorage())
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", folder], capture_output=True)
    if mounted.returncode == 0:
        try:
            yield folder, lambda size: _mount_again(folder, size)
        finally:
            subprocess.run(["umount", folder], check=True)
    else:
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        try:
            yield folder, lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (size // 4, before[1]))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)


def _mount_again(folder: Path, size: int) -> None:
    subprocess.run(["mount", "-o", f"remount,size={size}", folder], check=True)


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def picture() -> SimpleUploadedFile:
    """Of noise, which no format makes small."""
    noise = Image.frombytes("RGB", (512, 512), random.Random(1).randbytes(3 * 512 * 512))
    buffer = io.BytesIO()
    noise.save(buffer, "JPEG", quality=90)
    return SimpleUploadedFile("logo.jpg", buffer.getvalue(), "image/jpeg")


def told(page: str) -> bool:
    return "Портал сейчас не может сохранить файл" in page


def test_a_logo(disk: Disk) -> None:
    folder, holds = disk
    representative = RepresentativeFactory(organisation=OrganisationFactory(), role="head")
    address = f"/dashboard/{representative.organisation.slug}/profile/"
    client = Client()
    client.force_login(representative.user)
    form = {"name": "Школа", "short_name": "Школа"}
    client.post(address, {**form, "new_logo": picture()})
    before = files(folder), ProfileChange.objects.get().after
    form["seen"] = client.get(address).context["seen"]
    holds(sum(path.stat().st_size for path in folder.rglob("*")) + PAGE)
    refused = client.post(address, {**form, "city": "Сургут", "new_logo": picture()})
    meanwhile = files(folder), ProfileChange.objects.get().after
    holds(ROOM)
    accepted = client.post(address, {**form, "city": "Сургут", "new_logo": picture()})
    change = ProfileChange.objects.get()
    report(
        "a logo for which there is no room: a clear error, no row without file, no file without row; then it works",
        f"{refused.status_code}, told so: {told(refused.content.decode())}, the proposed logo and its "
        f"file stay: {meanwhile == before}; with room {accepted.status_code} and a new one",
    )
    assert (refused.status_code, told(refused.content.decode())) == (409, True)
    assert (meanwhile, len(meanwhile[0])) == (before, 1)
    assert (accepted.status_code, change.after["city"]) == (302, "Сургут")
    assert files(folder) == [Path(change.new_logo.path).name]
    assert files(folder) != before[0]


def test_a_logo_in_the_office(disk: Disk) -> None:
    folder, holds = disk
    organisation = OrganisationFactory()
    office = enter(superuser())
    holds(LITTLE)
    address = f"/admin/members/organisation/{organisation.pk}/change/"
    form = {**fields_of(office, address), "short_name": "Другое имя", "new_logo": picture()}
    refused = office.post(address, form)
    organisation.refresh_from_db()
    report(
        "the same in the office: nothing of the form is saved",
        f"{refused.status_code}, told so: {told(refused.content.decode())}, {files(folder)}, {organisation.logo}",
    )
    assert (refused.status_code, told(refused.content.decode())) == (409, True)
    assert (files(folder), organisation.logo.name) == ([], "")
    assert organisation.short_name != "Другое имя"


def test_a_document(disk: Disk) -> None:
    folder, holds = disk
    certificate = issue_certificate(MembershipFactory(), by=None)
    document = certificate.document
    holds(16_384)
    made = make_due()
    document.refresh_from_db()
    meanwhile, page = files(folder), Client().get(certificate.get_absolute_url())
    state, error = document.state, document.error
    holds(ROOM)
    Document.objects.update(due_at=timezone.now())
    made_later = make_due()
    document.refresh_from_db()
    report(
        "a document for which there is no room is visibly missing, and made when there is",
        f"{made} made, {state}: {error}, {len(meanwhile)} files, page {page.status_code}; then {made_later} made, "
        f"{document.state}, {len(files(folder))} file",
    )
    assert (made, state, meanwhile, page.status_code) == (0, "failed", [], 200)
    assert (made_later, document.state) == (1, "made")
    assert files(folder) == [Path(str(document.file.name)).name]


def test_a_copy_of_data(disk: Disk) -> None:
    folder, holds = disk
    export = data_exports.request_export(UserFactory())
    (folder / "another").write_bytes(bytes(PAGE))
    holds(PAGE)
    made = data_exports.make_due()
    export.refresh_from_db()
    meanwhile, state, error = files(folder), export.state, export.error
    letters = OutgoingMail.objects.count()
    holds(ROOM)
    DataExport.objects.update(due_at=timezone.now())
    made_later = data_exports.make_due()
    export.refresh_from_db()
    report(
        "a copy of data for which there is no room is visibly missing, and made when there is",
        f"{made} made, {state}: {error}, {meanwhile}, {letters} letters; then {made_later} made, "
        f"{export.state}, {len(files(folder)) - 1} file, {OutgoingMail.objects.count()} letter",
    )
    assert (made, state, meanwhile, letters) == (0, "failed", ["another"], 0)
    (folder / "another").unlink()
    assert (made_later, export.state, OutgoingMail.objects.count()) == (1, "ready", 1)
    assert files(folder) == [Path(str(export.file.name)).name]
