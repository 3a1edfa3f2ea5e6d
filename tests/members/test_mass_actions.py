"""Actions on many rows: the page that shows what will happen and what is left out and why, and then the counts."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from common import documents
from common.admin import mass
from common.models import Document, DocumentState, OutgoingMail
from members.acting.invitations import prepare_head
from members.membership.fees import DAY
from members.models import FeeReduction, Invitation, Invoice, Membership, Notification, Organisation, Role
from tests.factories.members import (
    CertificateFactory,
    FeeFactory,
    InvoiceFactory,
    MembershipFactory,
    OrganisationFactory,
    PeriodFactory,
    RepresentativeFactory,
    RequisitesFactory,
    UserFactory,
)
from tests.members.test_application_review import in_state, submitted
from tests.office import enter, staff_with

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()


def url_of(model: str) -> str:
    return reverse(f"admin:members_{model}_changelist")


def chosen(action: str, *rows: Any) -> dict[str, Any]:
    return {"action": action, "_selected_action": [row.pk for row in rows]}


def previewed(office: Client, model: str, action: str, *rows: Any) -> tuple[list[int], list[str]]:
    """Which would change, and why others would not."""
    context = office.post(url_of(model), chosen(action, *rows)).context
    return [pk for pk, _words in context["possible"]], [reason for _words, reason in context["left_out"]]


def done(office: Client, model: str, action: str, *rows: Any) -> list[str]:
    response = office.post(url_of(model), chosen(action, *rows) | {"sure": "1"}, follow=True)
    return [str(message) for message in response.context["messages"]]


def with_head(organisation: Organisation) -> Organisation:
    RepresentativeFactory(organisation=organisation, role=Role.HEAD)
    return organisation


def with_period(**fields: Any) -> Membership:
    """Whose paid year ends in a hundred days."""
    membership = MembershipFactory(**fields)
    PeriodFactory(membership=membership, starts_on=TODAY - 200 * DAY, ends_on=TODAY + 100 * DAY)
    with_head(membership.organisation)
    return membership


def test_the_next_year_is_billed_once(office: Client) -> None:
    FeeFactory()
    RequisitesFactory()
    ready, over, without = with_period(), with_period(status="left"), MembershipFactory()
    billed = with_period()
    PeriodFactory(membership=billed, starts_on=TODAY + 101 * DAY, ends_on=TODAY + 400 * DAY)
    possible, reasons = previewed(office, "membership", "bill_next", ready, over, without, billed)
    assert (possible, Invoice.objects.count()) == ([ready.pk], 0)
    assert {reason.partition(":")[0] for reason in reasons} == {
        "The membership is over.", "It has no period yet", "The next year is on record",
    }  # fmt: skip
    assert done(office, "membership", "bill_next", ready) == ["1 membership is billed for a year."]
    assert Invoice.objects.get().period.starts_on == TODAY + 101 * DAY
    assert done(office, "membership", "bill_next", ready)[0].startswith(f"{ready}: The next year is on record")
    assert Invoice.objects.count() == 1


def owing(**fields: Any) -> Membership:
    membership = MembershipFactory(**fields)
    InvoiceFactory(period__membership=membership, due_on=TODAY + 5 * DAY)
    return membership


def test_heads_are_reminded_once_a_day(office: Client) -> None:
    heard, unheard, settled = owing(), owing(), MembershipFactory()
    with_head(heard.organisation)
    possible, reasons = previewed(office, "membership", "remind", heard, unheard, settled)
    nobody = "It has neither a head nor a coordinator who would read it."
    assert (possible, {*reasons}) == ([heard.pk], {"No invoice is open.", nobody})
    assert done(office, "membership", "remind", heard) == ["1 organisation is reminded."]
    assert "до конца срока" in Notification.objects.get().title.lower()
    assert done(office, "membership", "remind", heard) == [f"{heard}: Its heads were told of it today."]
    assert Notification.objects.count() == 1


def test_invoices_are_sent_again_and_their_failed_pdf_is_made_again(
    office: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    FeeFactory()
    RequisitesFactory()
    membership = with_period()
    done(office, "membership", "bill_next", membership)
    with monkeypatch.context() as patch:
        patch.setattr(documents, "TEMPLATES", tmp_path)
        documents.make_due()
    failed, paid = Invoice.objects.get(), InvoiceFactory(state="paid", paid_on=TODAY)
    assert previewed(office, "invoice", "send_again", failed, paid) == (
        [failed.pk], ["Nothing is to be paid for it: Paid."],
    )  # fmt: skip
    told = Notification.objects.count()
    assert done(office, "invoice", "send_again", failed) == ["1 invoice is sent."]
    assert Notification.objects.count() == told + 1
    assert previewed(office, "invoice", "make_again", failed, paid)[0] == [failed.pk]
    own_page = reverse("admin:members_invoice_change", args=[failed.pk])
    again = reverse("admin:members_invoice_make_again_this", args=[failed.pk])
    assert again in office.get(own_page).content.decode()
    office.post(again, {"sure": "1"})
    assert Document.objects.get(pk=failed.document_id).state == DocumentState.WAITING
    assert documents.make_due() == 1
    assert again not in office.get(own_page).content.decode()


def test_organisations_are_asked_to_confirm_once_a_year(office: Client) -> None:
    ready, headless = with_head(OrganisationFactory()), OrganisationFactory()
    hidden = with_head(OrganisationFactory(is_published=False))
    possible, reasons = previewed(office, "organisation", "ask_to_confirm", ready, headless, hidden)
    assert (possible, {*reasons}) == (
        [ready.pk],
        {"It is not on the public site.", "It has neither a head nor a coordinator who would read it."},
    )
    assert done(office, "organisation", "ask_to_confirm", ready) == ["1 organisation is asked."]
    assert "It was asked this year" in done(office, "organisation", "ask_to_confirm", ready)[0]
    assert (Notification.objects.count(), ready.profile_reminders.count()) == (1, 1)


def test_publishing_shows_first_what_would_change(office: Client) -> None:
    hidden, shown = OrganisationFactory(is_published=False), OrganisationFactory()
    assert previewed(office, "organisation", "publish", hidden, shown) == ([hidden.pk], ["It is on the public site."])
    assert not Organisation.objects.get(pk=hidden.pk).is_published


def test_applications_are_taken_up_together(office: Client) -> None:
    new, known = submitted(), in_state("in_review")
    assert previewed(office, "membershipapplication", "take_up", new, known) == ([new.pk], ["In review"])
    assert done(office, "membershipapplication", "take_up", new) == ["1 application is taken up."]
    new.refresh_from_db()
    assert new.state == "in_review"


def test_prepared_invitations_go_when_the_office_sends_them(office: Client) -> None:
    """The letter goes to whoever is invited, and those who answer for the organisation hear of it, once."""
    organisation = OrganisationFactory()
    coordinator = RepresentativeFactory(organisation=organisation, role=Role.COORDINATOR).user
    invitation = prepare_head(organisation, email="Head@example.org", by=UserFactory())
    assert invitation
    assert prepare_head(organisation, email="head@example.org", by=UserFactory()) is None
    assert (OutgoingMail.objects.count(), invitation.is_open) == (0, False)
    assert done(office, "invitation", "send", invitation) == ["1 invitation is sent."]
    invitation.refresh_from_db()
    assert {*OutgoingMail.objects.values_list("recipient", flat=True)} == {"head@example.org", coordinator.email}
    assert invitation.is_open
    assert previewed(office, "invitation", "send", invitation)[0] == []
    Invitation.objects.update(expires_at=timezone.now())
    assert done(office, "invitation", "send", invitation) == ["1 invitation is sent."]
    assert Notification.objects.get().user == coordinator


def test_more_rows_than_a_form_can_hold_are_refused(office: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mass, "AT_ONCE", 1)
    rows = [OrganisationFactory(is_published=False), OrganisationFactory(is_published=False)]
    assert done(office, "organisation", "publish", *rows) == [
        "At most 1 rows at once: filter the list, or choose fewer."
    ]
    assert not Organisation.objects.filter(is_published=True).exists()


@pytest.mark.parametrize(
    ("right", "model", "action", "make"),
    [
        ("view_membership", "membership", "bill_next", with_period),
        ("view_membership", "membership", "remind", owing),
        ("view_invoice", "invoice", "send_again", InvoiceFactory),
        ("view_invoice", "invoice", "make_again", InvoiceFactory),
        ("view_organisation", "organisation", "ask_to_confirm", OrganisationFactory),
        ("view_membershipapplication", "membershipapplication", "take_up", submitted),
        ("view_invitation", "invitation", "send", lambda: prepare_head(OrganisationFactory(), email="a@example.org",
                                                                       by=UserFactory())),
    ],
)  # fmt: skip
def test_who_may_only_look_does_none_of_it(right: str, model: str, action: str, make: Callable[[], Any]) -> None:
    client, row = enter(staff_with(f"members.{right}")), make()
    response = client.post(url_of(model), chosen(action, row) | {"sure": "1"}, follow=True)
    offered = response.context["action_form"]
    assert offered is None or action not in dict(offered.fields["action"].choices)


def certified() -> Membership:
    """Whose certificate says what held before."""
    certificate = CertificateFactory()
    Membership.objects.filter(pk=certificate.membership_id).update(tier="associate")
    return certificate.membership


def owing_next_year() -> Membership:
    membership = with_period()
    FeeReduction.objects.create(membership=membership, percent=50, basis="Решение", valid_from=TODAY)
    InvoiceFactory(period=membership.periods.get(), due_on=TODAY + 5 * DAY)
    return membership


def failed() -> Invoice:
    invoice = InvoiceFactory(document__made=None, document__state=DocumentState.FAILED)
    with_head(invoice.organisation)
    return invoice


ROWS: list[tuple[str, str, Callable[[], Any]]] = [
    ("membership", "bill_next", owing_next_year),
    ("membership", "remind", owing_next_year),
    ("membership", "issue_certificates", certified),
    ("membership", "suspend", MembershipFactory),
    ("invoice", "pay", InvoiceFactory),
    ("invoice", "cancel", InvoiceFactory),
    ("invoice", "send_again", failed),
    ("invoice", "make_again", failed),
    ("organisation", "ask_to_confirm", lambda: with_head(OrganisationFactory())),
    ("organisation", "unpublish", OrganisationFactory),
    ("membershipapplication", "take_up", submitted),
    ("membershipapplication", "put_on_agenda", lambda: in_state("in_review")),
    ("invitation", "send", lambda: prepare_head(OrganisationFactory(), email="a@example.org", by=UserFactory())),
]


@pytest.mark.parametrize(("model", "action", "make"), ROWS, ids=[action for _model, action, _make in ROWS])
def test_a_preview_asks_as_much_of_many_rows_as_of_one(
    office: Client, model: str, action: str, make: Callable[[], Any]
) -> None:
    FeeFactory()
    RequisitesFactory()
    rows, costs = [make() for _ in range(4)], []
    previewed(office, model, action, rows[0])  # what a process asks once
    for chosen_rows in (rows[:1], rows):
        with CaptureQueriesContext(connection) as queries:
            assert len(previewed(office, model, action, *chosen_rows)[0]) == len(chosen_rows)
        costs.append(len(queries))
    assert costs[0] == costs[1]
