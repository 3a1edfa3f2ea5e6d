"""Papers of machines: who reads them, who adds and removes them, and that no file is left without its row."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.db.models import ProtectedError
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

from common.errors import RuleViolated
from common.private_files import private_storage
from members.models import Role
from technoparks.models import Equipment, EquipmentDocument
from tests.factories.members import RepresentativeFactory
from tests.factories.technoparks import EquipmentFactory, documented, manager

pytestmark = pytest.mark.django_db


def pdf(text: str = "Паспорт станка") -> SimpleUploadedFile:
    return SimpleUploadedFile("паспорт.pdf", b"%PDF-1.7 " + text.encode())


def desk(machine: Equipment) -> str:
    return f"/dashboard/{machine.lab.technopark.host.slug}/labs/equipment/{machine.pk}/documents/"


def enter(client: Client, user: Any) -> Client:
    client.force_login(user)
    return client


def files() -> list[str]:
    """On the disk."""
    storage = private_storage()
    return sorted(storage.listdir("equipment")[1]) if storage.exists("equipment") else []


@pytest.mark.parametrize("is_public", [True, False], ids=["for everybody", "of the host"])
def test_who_may_have_a_document(office: Client, is_public: bool) -> None:
    machine = EquipmentFactory()
    document = documented(machine, is_public=is_public)
    host = machine.lab.technopark.host
    readers = {
        "visitor": None,
        "stranger": RepresentativeFactory(role=Role.HEAD).user,
        "viewer of the host": RepresentativeFactory(organisation=host, role=Role.VIEWER).user,
    }
    found = {}
    for name, user in readers.items():
        client = enter(Client(), user) if user else Client()
        found[name] = client.get(document.get_absolute_url()).status_code
    found["staff"] = office.get(document.get_absolute_url()).status_code
    others = 200 if is_public else 404
    assert found == {"visitor": others, "stranger": others, "viewer of the host": 200, "staff": 200}


def test_it_comes_as_an_attachment_under_its_title() -> None:
    document = documented(EquipmentFactory(), "Паспорт станка", is_public=True)
    answer = Client().get(document.get_absolute_url())
    assert b"".join(answer.streaming_content) == b"%PDF-1.7 " + "Паспорт станка".encode()  # type: ignore[attr-defined]
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''%D0%9F")
    assert answer["Cache-Control"] == "private, no-store"


def test_of_a_lab_that_is_hidden_or_under_another_address_nothing_is_had() -> None:
    document = documented(EquipmentFactory(), is_public=True)
    other = EquipmentFactory()
    elsewhere = f"{other.lab.get_absolute_url()}documents/{document.pk}/"
    assert Client().get(elsewhere).status_code == 404
    lab = document.equipment.lab
    lab.is_published = False
    lab.save()
    assert Client().get(document.get_absolute_url()).status_code == 404


def test_the_page_of_a_lab_and_the_api_offer_what_is_for_everybody(client: Client) -> None:
    machine = EquipmentFactory(name="Гравёр")
    document = documented(machine, "Руководство", is_public=True)
    documented(machine, "Журнал ремонтов")
    text = client.get(machine.lab.get_absolute_url()).content.decode()
    assert ("Руководство" in text, document.get_absolute_url() in text, "Журнал ремонтов" in text) == (
        True,
        True,
        False,
    )
    [told] = client.get(f"/api/v1/labs/{machine.lab_id}/").json()["equipment"]
    size = len(b"%PDF-1.7 " + "Руководство".encode())
    address = f"http://testserver{document.get_absolute_url()}"
    assert told["documents"] == [{"title": "Руководство", "size": size, "url": address}]


def test_the_host_attaches_and_removes(
    client: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    machine = EquipmentFactory()
    before = files()
    enter(client, manager(machine.lab))
    typed = {"title": "", "document": pdf(), "is_public": "on"}
    assert client.post(desk(machine), typed).status_code == 302
    document = machine.documents.get()
    assert (document.title, document.is_public, document.content_type) == ("паспорт.pdf", True, "application/pdf")
    assert len(files()) == len(before) + 1
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(desk(machine), {"remove": document.pk}).status_code == 302
    assert (machine.documents.count(), files()) == (0, before)


@pytest.mark.parametrize("role", [Role.TEACHER, Role.VIEWER])
def test_who_does_not_tend_the_equipment_attaches_nothing(client: Client, role: Role) -> None:
    machine = EquipmentFactory()
    enter(client, RepresentativeFactory(organisation=machine.lab.technopark.host, role=role).user)
    assert client.post(desk(machine), {"title": "", "document": pdf()}).status_code == 403
    assert machine.documents.count() == 0


def test_nobody_reaches_a_document_of_another_machine_or_host(client: Client) -> None:
    machine, other = EquipmentFactory(), EquipmentFactory()
    theirs = documented(other)
    enter(client, manager(machine.lab))
    assert client.post(desk(machine), {"remove": theirs.pk}).status_code == 404
    assert client.post(desk(machine), {"remove": "x"}).status_code == 404
    assert (
        client.get(f"/dashboard/{machine.lab.technopark.host.slug}/labs/equipment/{other.pk}/documents/").status_code
        == 404
    )
    assert EquipmentDocument.objects.count() == 1


def test_what_is_no_document_is_refused_in_words(client: Client) -> None:
    machine = EquipmentFactory()
    enter(client, manager(machine.lab))
    answer = client.post(desk(machine), {"title": "Паспорт", "document": SimpleUploadedFile("a.pdf", b"MZ")})
    assert answer.context["form"].errors == {"document": ["Это не файл PDF, JPEG, PNG или DOCX."]}
    assert 'value="Паспорт"' in answer.content.decode()


def test_the_same_bytes_are_attached_once_and_there_is_a_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("technoparks.documents.MOST", 2)
    machine = EquipmentFactory()
    assert documented(machine) == documented(machine)
    documented(machine, "Руководство")
    with pytest.raises(RuleViolated) as refused:
        documented(machine, "Третий")
    assert (refused.value.code, machine.documents.count()) == ("too_many", 2)
    with pytest.raises(IntegrityError, match="equipment_document_once"):
        EquipmentDocument.objects.create(
            equipment=machine, title="Ещё раз", size=1, sha256=machine.documents.earliest("pk").sha256
        )


def test_a_machine_with_documents_is_not_deleted() -> None:
    document = documented(EquipmentFactory())
    with pytest.raises(ProtectedError):
        document.equipment.delete()


def test_the_office_attaches_renames_and_removes(
    office: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    machine, before = EquipmentFactory(), files()
    page = f"/admin/technoparks/equipment/{machine.pk}/change/"

    def send(*rows: dict[str, Any], initial: int = 0) -> Any:
        form = office.get(page).context["adminform"].form
        data = {name: value for name, value in form.initial.items() if value is not None}
        data |= {"documents-TOTAL_FORMS": len(rows), "documents-INITIAL_FORMS": initial}
        for number, row in enumerate(rows):
            data |= {f"documents-{number}-{name}": value for name, value in {"equipment": machine.pk, **row}.items()}
        with django_capture_on_commit_callbacks(execute=True):
            return office.post(page, data)

    assert send({"title": "Паспорт", "document": pdf()}).status_code == 302
    document = machine.documents.get()
    row = {"id": document.pk, "title": "Паспорт лазера"}
    assert send({**row, "document": pdf("Новый")}, initial=1).status_code == 302
    renamed = machine.documents.get()
    assert (renamed.title, renamed.sha256, len(files())) == ("Паспорт лазера", document.sha256, len(before) + 1)
    assert "already" in send(row, {"title": "Второй", "document": pdf()}, initial=1).content.decode()
    assert "This field is required" in send(row, {"title": "Второй"}, initial=1).content.decode()
    assert send({**row, "DELETE": "on"}, initial=1).status_code == 302
    assert (machine.documents.count(), files()) == (0, before)


def test_documents_cost_the_page_of_a_lab_no_query(client: Client, django_assert_num_queries: Any) -> None:
    machine = EquipmentFactory()
    for number in (1, 3):
        while machine.documents.count() < number:
            documented(machine, f"Лист {machine.documents.count()}", is_public=True)
        with django_assert_num_queries(6):
            client.get(machine.lab.get_absolute_url())
