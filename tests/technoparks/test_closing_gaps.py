"""Rules that once had a gap: series of colleagues, texts changed meanwhile, renewals, long reasons, closed sites."""

import datetime
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.utils import timezone

from common.errors import RuleViolated
from members.models import Notification, Role
from technoparks import feeds
from technoparks.booking.bookings import move_series
from technoparks.booking.free import Wish, next_free
from technoparks.booking.moves import Who
from technoparks.cohorts.enrolments import transfer
from technoparks.desk.forms import BookingForm
from technoparks.induction import journal
from technoparks.induction.passing import revoke, sign_off
from technoparks.induction.review import review_all
from technoparks.models import (
    Audience,
    Booking,
    BookingSeries,
    Induction,
    InstructionVersion,
    Standing,
    StatusChange,
    Technopark,
)
from technoparks.outage.outages import change_end
from technoparks.outage.words import Fate
from technoparks.policies import can_cancel_series
from technoparks.public.page import with_free_time
from technoparks.retention import INDUCTIONS_KEPT_FOR, forget_inductions
from tests.factories.cohorts import ProgrammeFactory, coordinator, enrolled, gathering
from tests.factories.members import RepresentativeFactory, UserFactory
from tests.factories.technoparks import (
    EquipmentFactory,
    InstructionFactory,
    LabFactory,
    booked,
    guest,
    hour,
    inducted,
    manager,
    out,
    responsible,
)
from tests.technoparks.test_public import words

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


def series_of(lab: Any, *guests: Any) -> list[Booking]:
    """A booking of each guest, all of one series."""
    series = BookingSeries.objects.create(lab=lab, organisation=guests[0][0])
    made = []
    for number, asking in enumerate(guests):
        one = booked(lab, by=asking, days=7 * (number + 1))
        one.series = series
        one.save()
        made.append(one)
    return made


def test_a_teacher_cancels_a_series_only_where_nobody_else_is_responsible_for_any_of_it() -> None:
    lab = LabFactory()
    teacher = RepresentativeFactory(role=Role.TEACHER)
    school = teacher.organisation
    colleague = RepresentativeFactory(organisation=school, role=Role.TEACHER)
    head = RepresentativeFactory(organisation=school, role=Role.HEAD).user
    first, second = series_of(lab, (school, teacher.user), (school, teacher.user))
    assert can_cancel_series(teacher.user, first)
    second.person = colleague.user
    second.save()
    assert [can_cancel_series(one, first) for one in (teacher.user, colleague.user, head)] == [False, False, True]
    page = f"/dashboard/{school.slug}/labs/bookings/{first.pk}/cancel_all/"
    client = Client()
    client.force_login(teacher.user)
    assert client.post(page).status_code == 403
    assert Booking.objects.filter(state="cancelled").count() == 0


def test_an_answer_to_a_series_reaches_each_who_is_responsible_for_some_of_it() -> None:
    lab = LabFactory(needs_approval=True)
    first_one = RepresentativeFactory(role=Role.TEACHER)
    school = first_one.organisation
    other = RepresentativeFactory(organisation=school, role=Role.TEACHER)
    times = series_of(lab, (school, first_one.user), (school, first_one.user), (school, other.user))
    Notification.objects.all().delete()
    move_series(times[0], "decline", who=Who.HOST, by=UserFactory(), reason="Ремонт")
    told = {note.user: note.text for note in Notification.objects.all()}
    assert told.keys() == {first_one.user, other.user}
    assert ("2" in told[first_one.user], "Серия" in told[other.user]) == (True, False)


def test_a_series_keeps_the_holidays_on_which_the_lab_is_open() -> None:
    def days(lab: Any) -> list[datetime.date]:
        typed = {
            "day": "2027-04-26", "starts": "10:00", "ends": "11:00", "weeks": "3", "skips_holidays": "on",
            "kind": "class",
            "title": "9А", "people": "5", "request_key": "k",
        }  # fmt: skip
        form = BookingForm(typed, lab=lab)
        assert form.is_valid(), form.errors
        return [starts.date() for starts, _ends in form.times]

    may = datetime.date(2027, 5, 3)  # a day off of the first of May
    assert may not in days(LabFactory(keeps_holidays=True))
    assert may in days(LabFactory(keeps_holidays=False))


def test_revoking_a_renewed_induction_leaves_no_earlier_one_valid() -> None:
    instruction, person = InstructionFactory(), UserFactory()
    inducted(person, instruction)
    renewed = inducted(person, instruction, kind="repeated")
    revoke(renewed, by=UserFactory(), reason="Нарушил правила")
    assert not Induction.objects.valid_on(timezone.localdate()).exists()
    assert {one.reason for one in Induction.objects.all()} == {"Нарушил правила"}


def test_a_practice_of_a_text_that_is_to_be_learnt_anew_is_not_signed() -> None:
    instruction, person = InstructionFactory(needs_practice=True), UserFactory()
    waiting = inducted(person, instruction, completed_on=None, used_on=None)
    number = waiting.version.number + 1
    newer = InstructionVersion.objects.create(instruction=instruction, number=number, text="Новое")
    assert sign_off(waiting, by=UserFactory()).completed_on
    waiting.completed_on = waiting.used_on = None
    waiting.save()
    newer.is_needed_anew = True
    newer.save()
    with pytest.raises(RuleViolated, match="новый текст"):
        sign_off(waiting, by=UserFactory())


def test_answers_to_an_old_text_are_not_taken_for_those_to_the_new_one(client: Client) -> None:
    instruction, person = InstructionFactory(), UserFactory()
    client.force_login(person)
    page = f"/account/inductions/{instruction.pk}/"
    old = client.get(page).context["version"]
    InstructionVersion.objects.create(
        instruction=instruction, number=old.number + 1, text="Новое", questions=old.questions, is_needed_anew=True
    )
    answers = {f"question_{n}": question["right"] for n, question in enumerate(old.questions)}
    response = client.post(page, {**answers, "version": old.pk})
    assert response.status_code == 409
    assert "Текст обновился" in words(response)
    assert not Induction.objects.exists()
    assert client.post(page, {**answers, "version": response.context["version"].pk}).status_code == 302


def test_a_quiz_is_asked_while_it_is_needed(client: Client) -> None:
    instruction, person = InstructionFactory(), UserFactory()
    client.force_login(person)
    page = f"/account/inductions/{instruction.pk}/"
    assert client.get(page).context["asks"]
    known = inducted(person, instruction, valid_until=timezone.localdate() + 300 * DAY)
    assert not client.get(page).context["asks"]
    known.valid_until = timezone.localdate() + 5 * DAY
    known.save()
    assert client.get(page).context["asks"]


def test_a_renewal_that_waits_does_not_hide_what_is_valid() -> None:
    instruction, person = InstructionFactory(needs_practice=True), UserFactory()
    inducted(person, instruction)
    inducted(person, instruction, completed_on=None, used_on=None)
    assert [one.standing for one in Induction.objects.filter(person=person).newest()] == [Standing.VALID]


def test_an_induction_without_an_end_that_is_in_use_is_not_forgotten() -> None:
    lab = LabFactory()
    instruction = InstructionFactory(technopark=lab.technopark, idle_days=None)
    lab.instructions.add(instruction)
    long_ago = timezone.localdate() - INDUCTIONS_KEPT_FOR - DAY
    school, teacher = guest()
    columns = {"completed_on": long_ago, "used_on": long_ago}
    kept = inducted(teacher, instruction, **columns)
    inducted(UserFactory(), instruction, **columns)
    booking = booked(lab, by=(school, teacher))
    Booking.objects.filter(pk=booking.pk).update(state="used")
    review_all()
    assert forget_inductions() == 1
    assert Induction.objects.get() == kept


def test_a_reason_longer_than_the_row_holds_is_told_beside_its_field(client: Client) -> None:
    instruction = InstructionFactory()
    host = RepresentativeFactory(organisation=instruction.technopark.host, role=Role.HEAD)
    induction = inducted(UserFactory(), instruction)
    client.force_login(host.user)
    page = f"/dashboard/{host.organisation.slug}/labs/inductions/{induction.pk}/revoke/"
    response = client.post(page, {"reason": "а" * 301})
    assert (response.status_code, [*response.context["form"].errors]) == (200, ["reason"])


def test_a_journal_that_is_too_long_asks_for_a_shorter_time(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "MOST_ROWS", 1)
    instruction = InstructionFactory()
    host = RepresentativeFactory(organisation=instruction.technopark.host, role=Role.HEAD)
    client.force_login(host.user)
    page = f"/dashboard/{host.organisation.slug}/labs/inductions/journal/"
    first, last = timezone.localdate() - 60 * DAY, timezone.localdate()
    asked: dict[str, Any] = {
        "technopark": instruction.technopark_id,
        "first": first.isoformat(),
        "last": last.isoformat(),
    }
    for number, status in ((1, 200), (2, 400)):
        inducted(UserFactory(), instruction)
        response = client.get(page, asked)
        assert response.status_code == status, number
    assert "Больше 1" in response.content.decode().replace("\xa0", " ")


def test_an_outage_that_grows_twice_is_told_twice() -> None:
    machine = EquipmentFactory()
    boss = manager(machine.lab)
    outage = out(machine, hour(8), hour(9), by=boss)
    school = guest()
    for number, (starts, ends) in enumerate(((10, 11), (12, 13)), 1):
        late = booked(machine.lab, starts, ends, by=school, equipment=(machine.pk,))
        change_end(outage, ends=hour(ends), choices={late.pk: Fate.CANCEL}, by=boss)
        change_end(outage, ends=hour(9), choices={}, by=boss)
        told = Notification.objects.filter(user=school[1], title__contains=machine.title)
        assert told.count() == number
    again = booked(machine.lab, 10, 11, by=school, equipment=(machine.pk,))
    change_end(outage, ends=hour(11), choices={again.pk: Fate.CANCEL}, by=boss)
    assert Notification.objects.filter(user=school[1], title__contains=machine.title).count() == 3


def test_the_next_weeks_stand_in_a_calendar_however_much_is_booked_for_later(monkeypatch: pytest.MonkeyPatch) -> None:
    lab = LabFactory(days_ahead=120)
    near = booked(lab, days=3)
    for days in (40, 50, 60):
        booked(lab, days=days)
    monkeypatch.setattr(feeds, "MOST", 2)
    made = [one.text.decode() for one in feeds.bookings_of_lab(lab)]
    assert len(made) == 2
    assert f"{near.starts_at:%Y%m%d}T100000" in made[0]


@pytest.mark.parametrize("status", ["planned", "closed"])
def test_a_technopark_that_is_not_open_shows_no_free_hours(status: str, client: Client) -> None:
    lab = LabFactory()
    park = lab.technopark
    free = f"/api/v1/labs/{lab.pk}/free/"
    assert client.get(free).json()
    StatusChange.objects.filter(technopark=park).delete()
    StatusChange.objects.create(technopark=park, status=status, on=timezone.localdate())
    assert client.get(free).json() == []
    week = client.get(lab.get_absolute_url()).context["week"]
    assert not any(cell.is_bookable for day in week.days for cell in day.cells)
    park = Technopark.objects.with_status().get(pk=park.pk)
    assert [row.free for row in with_free_time(park, AnonymousUser())] == [None]


def test_a_booking_begins_with_the_first_time_that_is_free(client: Client) -> None:
    lab = LabFactory(notice_hours=24 * 3, by_seats=False)
    school, teacher = guest()
    booked(lab, 9, 12, days=4)
    client.force_login(teacher)
    page = f"/dashboard/{school.slug}/labs/{lab.pk}/book/"
    begun = client.get(page).context["form"].initial
    [(starts, _ends)] = next_free(lab, Wish(1), after=timezone.now(), minutes=60, number=1)
    local = starts.astimezone(lab.technopark.zone)
    assert (begun["day"], begun["starts"]) == (local.date(), local.time())
    assert starts >= timezone.now() + 3 * DAY


@pytest.mark.parametrize(
    ("programme", "code"),
    [
        ({"age_from": 16, "age_to": 18}, "other_age"),
        ({"age_from": 10, "age_to": 12}, "other_age"),
        ({"audience": Audience.ADULTS, "age_from": None, "age_to": None}, "other_audience"),
    ],
    ids=["older", "younger", "teachers"],
)
def test_nobody_is_moved_into_a_group_that_is_for_others(programme: dict[str, Any], code: str) -> None:
    cohort = gathering()
    learner = enrolled(cohort, age=13)
    park = cohort.programme.technopark
    other = gathering(programme=ProgrammeFactory(technopark=park, **programme), lab=LabFactory(technopark=park))
    with pytest.raises(RuleViolated) as refused:
        transfer(learner, to=other, by=coordinator(cohort), reason="Удобнее")
    assert refused.value.code == code
    learner.refresh_from_db()
    assert learner.state == "active"


def test_a_technopark_is_not_closed_over_what_is_booked_unless_that_is_called_off(office: Any) -> None:
    first = booked(LabFactory(), days=10)
    park = first.lab.technopark
    school, teacher = first.organisation, responsible(first)
    second = booked(LabFactory(technopark=park), 12, 13, days=12, by=(school, teacher))
    before = booked(first.lab, days=3)
    Notification.objects.all().delete()
    page = f"/admin/technoparks/technopark/{park.pk}/change/"
    form, empty = office.get(page).context["adminform"].form, (None, "", False)
    data = {name: value for name, value in form.initial.items() if value not in empty and name != "directions"}
    for formset in office.get(page).context["inline_admin_formsets"]:
        prefix = formset.formset.prefix
        rows = formset.formset.initial_forms
        data |= {
            f"{prefix}-TOTAL_FORMS": len(rows) + (prefix == "status_changes"),
            f"{prefix}-INITIAL_FORMS": len(rows),
        }
        for number, row in enumerate(rows):
            known = {name: value for name, value in row.initial.items() if value not in empty}
            data |= {f"{prefix}-{number}-{name}": value for name, value in known.items()}
            data[f"{prefix}-{number}-id"] = row.instance.pk
    number = park.status_changes.count()
    closing = f"status_changes-{number}-"
    day = timezone.localdate() + 5 * DAY
    data |= {f"{closing}status": "closed", f"{closing}on": day.isoformat(), f"{closing}precision": "day"}
    refused = office.post(page, data)
    assert "2 bookings lie after that day" in refused.content.decode()
    assert park.status_changes.count() == number
    assert office.post(page, data | {f"{closing}calls_off": "on"}).status_code == 302
    assert [Booking.objects.get(pk=one.pk).state for one in (first, second, before)] == ["cancelled"] * 2 + [
        "confirmed"
    ]
    assert [note.user for note in Notification.objects.filter(user=teacher)] == [teacher]
