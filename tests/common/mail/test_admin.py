"""The queue of letters as the staff see it."""

from types import SimpleNamespace

import pytest
from celery import Celery
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from common.admin import jobs
from common.models import DeadTask, JobRun, MailState, SuppressedAddress
from tests.factories.common import OutgoingMailFactory as letter  # noqa: N813
from tests.office import enter, staff_with, superuser

pytestmark = pytest.mark.django_db

LIST = "/admin/common/outgoingmail/"


@pytest.fixture
def office() -> Client:
    client = enter(superuser())
    client.cookies["language"] = "en"
    return client


def text(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_letters_are_found_by_state_and_purpose(office: Client) -> None:
    letter(state=MailState.SENT)
    letter(error="550 no")
    queries = {"": 2, "?state=failed": 1, "?purpose=system": 2, "?purpose=account": 0, "?q=reader": 2, "?q=nobody": 0}
    assert {query: office.get(LIST + query).context["cl"].result_count for query in queries} == queries


def test_a_letter_is_seen_as_its_reader_sees_it_and_runs_nothing(office: Client) -> None:
    response = office.get(f"{LIST}{letter().pk}/letter/")
    assert response.content == b"<p>\xd0\x9f\xd0\xb8\xd1\x81\xd1\x8c\xd0\xbc\xd0\xbe</p>"
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "sandbox allow-popups allow-popups-to-escape-sandbox" in response["Content-Security-Policy"]
    assert "allow-scripts" not in response["Content-Security-Policy"]


def test_what_opens_an_account_is_shown_to_nobody(office: Client) -> None:
    mail = letter(purpose="account")
    assert office.get(f"{LIST}{mail.pk}/letter/").status_code == 403
    page = text(office, f"{LIST}{mail.pk}/change/")
    assert "Слова письма" not in page
    assert "only its reader sees it" in page


def test_a_failed_letter_is_sent_again_and_a_sent_one_is_not(office: Client) -> None:
    failed, sent = letter(), letter(state=MailState.SENT)
    office.post(LIST, {"action": "send_again", "_selected_action": [failed.pk, sent.pk]})
    failed.refresh_from_db()
    sent.refresh_from_db()
    assert (failed.state, sent.state) == (MailState.RETRY, MailState.SENT)
    assert failed.due_at <= timezone.now()


def test_a_letter_is_sent_again_from_its_page_by_a_post(office: Client) -> None:
    mail = letter()
    address = reverse("admin:common_outgoingmail_send_this_again", args=[mail.pk])
    asked = text(office, address)
    mail.refresh_from_db()
    assert (mail.state, mail.subject in asked) == (MailState.FAILED, True)
    assert office.post(address)["Location"] == f"{LIST}{mail.pk}/change/"
    mail.refresh_from_db()
    assert mail.state == MailState.RETRY


def test_who_may_only_look_sends_nothing_again() -> None:
    client, mail = enter(staff_with("common.view_outgoingmail")), letter()
    client.post(LIST, {"action": "send_again", "_selected_action": [mail.pk]})
    mail.refresh_from_db()
    assert mail.state == MailState.FAILED


def test_an_address_is_taken_off_the_list_of_the_suppressed(office: Client) -> None:
    row = SuppressedAddress.objects.create(address="reader@example.org", reason="550 5.1.1")
    office.post(f"/admin/common/suppressedaddress/{row.pk}/delete/", {"post": "yes"})
    assert not SuppressedAddress.objects.exists()


def test_each_job_has_a_line_with_its_last_run(office: Client) -> None:
    JobRun.objects.create(job="sweep_mail", slot=timezone.now(), finished_at=timezone.now(), error="Traceback: no way")
    page = text(office, reverse("admin:common_jobrun_changelist"))
    assert "Send the mail that was left" in page
    assert "no way" in page


def test_a_failed_task_is_run_again(office: Client) -> None:
    task = DeadTask.objects.create(name="common.tasks.relay_mail", arguments={"args": [], "kwargs": {}}, error="no way")
    office.post("/admin/common/deadtask/", {"action": "run_again", "_selected_action": [task.pk]})
    task.refresh_from_db()
    assert task.replayed_at is not None


def test_without_a_broker_it_is_said_and_what_was_sent_is_marked(
    office: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = {"name": "common.tasks.relay_mail", "arguments": {"args": [], "kwargs": {}}, "error": "no way"}
    tasks = [DeadTask.objects.create(**values) for _ in range(3)]
    away = Celery(broker="redis://127.0.0.1:1/0", set_as_current=False)
    brokers = iter([jobs.current_app, away, jobs.current_app])
    monkeypatch.setattr(
        jobs, "current_app", SimpleNamespace(send_task=lambda *a, **n: next(brokers).send_task(*a, **n))
    )
    chosen = {"action": "run_again", "_selected_action": [task.pk for task in tasks]}
    page = office.post("/admin/common/deadtask/", chosen, follow=True)
    assert [str(message) for message in page.context["messages"]] == [
        "The queue of tasks cannot be reached now. Try again later.",
        "1 task runs again.",
    ]
    assert DeadTask.objects.exclude(replayed_at=None).count() == 1
