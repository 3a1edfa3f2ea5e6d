"""The copy of all that is held about a person: whole, theirs alone, made whatever happens, gone after seven days."""

import datetime
import io
import json
import threading
import zipfile
from typing import Any

import pytest
import time_machine
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core.files.storage import InMemoryStorage, Storage
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from common import jobs
from common.documents import CLAIM
from common.personal_data import HOLDERS, Holder
from members.consents.services import give_consent, text_in_force
from members.models import DataExport, Role, User
from members.personal_data import exports as data_exports
from members.personal_data.erasure import BY_REQUEST, erase_person
from members.personal_data.exports import make_due, request_export
from members.tasks import EXPIRE_EXPORTS, SWEEP_EXPORTS
from tests.factories.members import PublicPersonFactory, RepresentativeFactory
from tests.members.accounts import confirmed, log_in, set_up_app, written

pytestmark = pytest.mark.django_db
NOW = datetime.datetime(2026, 12, 16, 10, 0, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def storage(monkeypatch: pytest.MonkeyPatch) -> Storage:
    fresh = InMemoryStorage()
    monkeypatch.setattr(DataExport._meta.get_field("file"), "storage", fresh)
    return fresh


@pytest.fixture
def olga(client: Client) -> User:
    user = confirmed(email="olga@example.org", last_name="Ким", first_name="Ольга")
    client.force_login(user)
    return user


def files(storage: Storage) -> list[str]:
    return storage.listdir("exports")[1] if storage.exists("exports") else []


def made(user: User) -> DataExport:
    export = request_export(user)
    assert make_due() == 1
    export.refresh_from_db()
    return export


def opened(content: bytes) -> tuple[str, dict[str, Any]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist() == ["data.html", "data.css", "data.json"]
        return archive.read("data.html").decode(), json.loads(archive.read("data.json"))


def test_a_person_asks_for_a_copy_gets_a_letter_and_downloads_it(client: Client, olga: User) -> None:
    assert client.post("/account/data/export/").status_code == 302
    assert "Копия готовится" in client.get("/account/data/").content.decode()
    make_due()
    export = DataExport.objects.get()
    address = f"/account/data/{export.key}/"
    assert address in client.get("/account/data/").content.decode()
    response = client.get(address)
    assert response["Content-Disposition"].startswith("attachment")
    page, data = opened(b"".join(response.streaming_content))  # type: ignore[attr-defined]
    assert data["account"][0]["email"] == "olga@example.org"
    assert "olga@example.org" in page
    [letter] = written()
    assert (letter.recipient, letter.subject) == ("olga@example.org", "Копия ваших данных готова")
    assert "Ким" not in letter.text
    assert "http://testserver/account/data/" in letter.text


def test_the_copy_holds_what_every_holder_knows(client: Client) -> None:
    user = confirmed(email="old@example.org", last_name="Ким", first_name="Ольга")
    log_in(client, user)
    user.email = "olga@example.org"
    user.save()
    set_up_app(user)
    RecoveryCodes.activate(user)
    RepresentativeFactory(user=user, role=Role.TEACHER, position="учитель физики")
    PublicPersonFactory(user=user, name="Ольга Ким")
    give_consent(user, text=text_in_force("account"))
    _page, data = opened(made(user).file.read())
    told = {name: len(records) for name, records in data.items()}
    assert list(told) == list(HOLDERS)
    assert {name for name, number in told.items() if number} >= {
        "account", "addresses", "consents", "exports", "history", "public_roles", "roles", "second_factors", "sessions",
    }  # fmt: skip
    assert data["roles"][0]["position"] == "учитель физики"
    assert "old@example.org" in json.dumps(data["history"])
    assert {row["type"] for row in data["second_factors"]} == {"totp", "recovery_codes"}


def test_the_copy_holds_no_secret(olga: User) -> None:
    secret = set_up_app(olga)
    page, data = opened(made(olga).file.read())
    for hidden in (secret, olga.password):
        assert hidden not in page + json.dumps(data)


def test_the_time_zone_stands_there_in_words_and_for_programs() -> None:
    page, data = opened(made(confirmed(time_zone="Asia/Kamchatka")).file.read())
    assert (data["account"][0]["time_zone"], "По\N{NO-BREAK SPACE}Камчатке" in page) == ("Asia/Kamchatka", True)


def test_the_page_is_in_the_language_of_its_reader() -> None:
    page, _data = opened(made(confirmed(language="en")).file.read())
    assert "All that the portal holds about you" in page
    assert '<html lang="en">' in page


def test_nobody_gets_the_copy_of_another(client: Client, olga: User) -> None:
    export = made(confirmed())
    assert client.get(f"/account/data/{export.key}/").status_code == 404


def test_asked_twice_it_is_one_copy(olga: User) -> None:
    first = request_export(olga)
    assert request_export(olga) == first
    make_due()
    assert request_export(olga) == first
    with time_machine.travel(datetime.datetime.now(tz=datetime.UTC) + datetime.timedelta(hours=2)):
        assert request_export(olga) != first


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_order_one_copy() -> None:
    user, barrier = confirmed(), threading.Barrier(4)

    def click() -> None:
        barrier.wait()
        request_export(user)
        connection.close()

    threads = [threading.Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert DataExport.objects.count() == 1


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(person: object) -> list:
        raise RuntimeError("the disk is full")

    monkeypatch.setitem(HOLDERS, "broken", Holder("broken", "Broken", (), fail))


def test_what_fails_is_seen_and_tried_again(
    client: Client, olga: User, broken: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        request_export(olga)
        assert make_due() == 0
        export = DataExport.objects.get()
        assert (export.state, export.attempts, export.error) == ("failed", 1, "RuntimeError('the disk is full')")
        client.force_login(olga)
        assert "Копию пока не\xa0удалось подготовить" in client.get("/account/data/").content.decode()
        assert make_due() == 0
        monkeypatch.delitem(HOLDERS, "broken")
        clock.shift(datetime.timedelta(minutes=1))
        assert jobs.run(SWEEP_EXPORTS)
    export.refresh_from_db()
    assert export.state == "ready"


def test_who_asks_again_does_not_wait_for_the_next_try(
    olga: User, broken: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    request_export(olga)
    make_due()
    monkeypatch.delitem(HOLDERS, "broken")
    request_export(olga)
    assert make_due() == 1


class Killed(BaseException):
    """Nothing after it runs, as nothing does in a process that is killed."""


def kill(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the file and its row."""

    def die(*args: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(data_exports, "_finish", die)
        with pytest.raises(Killed):
            make_due()


def test_a_copy_whose_person_was_erased_meanwhile_leaves_no_file(
    olga: User, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    request_export(olga)
    save = storage.save

    def erased_first(name: str, content: Any) -> str:
        DataExport.objects.all().delete()
        return save(name, content)

    monkeypatch.setattr(storage, "save", erased_first)
    assert make_due() == 0
    assert files(storage) == []


def test_what_a_killed_worker_has_left_goes_with_its_person(
    olga: User,
    storage: Storage,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    request_export(olga)
    kill(monkeypatch)
    assert len(files(storage)) == 1
    with django_capture_on_commit_callbacks(execute=True):
        erase_person(olga, by=olga, reason=BY_REQUEST)
    assert files(storage) == []


def test_what_a_killed_worker_has_left_goes_with_the_next_attempt(
    client: Client, olga: User, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        request_export(olga)
        kill(monkeypatch)
        left = files(storage)
        assert make_due() == 0
        clock.shift(CLAIM)
        assert make_due() == 1
    assert (len(files(storage)), set(files(storage)) & set(left)) == (1, set())
    assert DataExport.objects.get().is_ready


def test_two_attempts_at_once_leave_one_file(olga: User, storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first is slow, and its claim over."""
    request_export(olga)
    save = storage.save

    def overtaken(name: str, content: Any) -> str:
        monkeypatch.setattr(storage, "save", save)
        DataExport.objects.update(due_at=timezone.now())
        assert make_due() == 1
        return save(name, content)

    monkeypatch.setattr(storage, "save", overtaken)
    assert make_due() == 0
    assert [f"exports/{name}" for name in files(storage)] == [DataExport.objects.get().file.name]


def test_after_seven_days_the_file_goes_and_the_address_with_it(
    client: Client,
    olga: User,
    storage: Storage,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        export = made(olga)
        clock.shift(datetime.timedelta(days=6, hours=23))
        with django_capture_on_commit_callbacks(execute=True):
            jobs.run(EXPIRE_EXPORTS)
        assert len(files(storage)) == 1
        clock.shift(datetime.timedelta(hours=2))
        client.force_login(olga)
        assert client.get(f"/account/data/{export.key}/").status_code == 404
        with django_capture_on_commit_callbacks(execute=True):
            jobs.run(EXPIRE_EXPORTS)
    export.refresh_from_db()
    assert (export.state, export.file.name, files(storage)) == ("expired", "", [])
