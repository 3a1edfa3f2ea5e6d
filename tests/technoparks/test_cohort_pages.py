"""Pages of groups: of everybody, of parents, of schools and of the host."""

import datetime
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from common.documents import make_due
from common.models import PersonalDataView
from members.consents.services import text_in_force
from members.models import Role, User
from technoparks.cohorts.applications import queue
from technoparks.cohorts.timetable import lessons_of
from technoparks.models import (
    Attendance,
    Audience,
    Cohort,
    CohortApplication,
    Enrolment,
    Mark,
    Programme,
    ProgrammeCertificate,
)
from tests.factories.cohorts import (
    CohortFactory,
    ProgrammeFactory,
    applied,
    coordinator,
    enrolled,
    gathering,
    lesson_day,
    sender,
    sent,
    taught,
)
from tests.factories.members import RepresentativeFactory, UserFactory
from tests.factories.technoparks import LabFactory, TechnoparkFactory, booked, guest, hour
from tests.office import enter

pytestmark = pytest.mark.django_db
P, X = Mark.PRESENT, Mark.ABSENT


def client_of(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def text(response: Any) -> str:
    return " ".join(response.content.decode().replace("\N{NO-BREAK SPACE}", " ").replace("&nbsp;", " ").split())


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


def host_page(cohort: Cohort, name: str, *args: object) -> str:
    return reverse(f"technoparks:{name}", args=[cohort.programme.technopark.host.slug, *args])


# --- Everybody ----------------------------------------------------------------------------------------------------


def test_a_programme_shows_its_groups_and_what_is_free(client: Client) -> None:
    cohort = gathering(name="Субботняя", places=3)
    enrolled(cohort)
    CohortFactory(programme=cohort.programme, name="Тайная")
    page = text(client.get(cohort.programme.get_absolute_url()))
    assert "Субботняя" in page
    assert "свободно 2 места из 3" in page
    assert "12–15 лет" in page
    assert reverse("technoparks:group_apply", args=[cohort.pk]) in page
    assert "Тайная" not in page
    assert "Анна" not in page
    assert "Набор в 1 группу" in text(client.get(cohort.programme.technopark.get_absolute_url()))


def test_a_programme_that_is_not_published_is_its_hosts(client: Client) -> None:
    cohort = gathering(programme__is_published=False)
    address = cohort.programme.get_absolute_url()
    assert client.get(address).status_code == 404
    assert client_of(coordinator(cohort)).get(address).status_code == 200
    assert client_of(UserFactory()).get(reverse("technoparks:group_apply", args=[cohort.pk])).status_code == 404


@pytest.mark.parametrize("page", ["programme", "technopark"])
def test_as_many_queries_for_three_groups_as_for_one(client: Client, page: str) -> None:
    cohort = gathering()
    programme: Programme = cohort.programme
    address = programme.get_absolute_url() if page == "programme" else programme.technopark.get_absolute_url()
    queries(client, address)
    few = queries(client, address)
    for _number in range(2):
        gathering(programme=programme, lab=LabFactory(technopark=programme.technopark))
    ProgrammeFactory(technopark=programme.technopark)
    assert queries(client, address) == few


# --- Parents ------------------------------------------------------------------------------------------------------


def test_a_parent_applies_on_the_page_and_ticks_the_consent_themselves() -> None:
    cohort = gathering()
    parent = UserFactory()
    client, address = client_of(parent), reverse("technoparks:group_apply", args=[cohort.pk])
    form = client.get(address).context["form"]
    assert form["consent"].value() is None
    key = form["request_key"].value()
    typed = {"name": "Анна Иванова", "age": "13", "request_key": key}
    assert client.post(address, typed).context["form"].errors.keys() == {"consent"}
    typed["consent"] = str(text_in_force("learner").pk)
    answer = client.post(address, {**typed, "age": "9"})
    assert (answer.status_code, "12–15 лет" in text(answer), "Анна Иванова" in text(answer)) == (409, True, True)
    answer = client.post(address, typed)
    one = CohortApplication.objects.get()
    assert answer["Location"] == reverse("technoparks:account_group", args=[one.pk])
    page = text(client.get(answer["Location"]))
    assert "Заявка на рассмотрении" in page
    assert "Анна Иванова" in page
    assert client.post(address, typed)["Location"] == answer["Location"]
    assert CohortApplication.objects.count() == 1


def test_who_is_grown_up_applies_for_themselves() -> None:
    cohort = gathering(programme=ProgrammeFactory(age_from=15, age_to=19))
    client, address = client_of(UserFactory()), reverse("technoparks:group_apply", args=[cohort.pk])
    assert "?own" in text(client.get(address))
    form = client.get(address + "?own").context["form"]
    typed = {"name": "Яна", "age": "18", "request_key": form["request_key"].value()}
    client.post(address + "?own", {**typed, "consent": str(text_in_force("learning").pk)})
    assert CohortApplication.objects.get().whose == "own"


def test_a_parent_reads_lessons_attendance_and_the_certificate() -> None:
    cohort = gathering()
    place = enrolled(cohort)
    client = client_of(sender(place.application))
    address = reverse("technoparks:account_group", args=[place.application.pk])
    assert "Предстоящие занятия" in text(client.get(address))
    taught(cohort, {place.pk: [P, P, P, X]})
    page = text(client.get(address))
    assert "75 %" in page
    assert "3 из 4 занятий" in page
    boss = client_of(coordinator(cohort))
    issued = boss.post(host_page(cohort, "dashboard_group_certificates", cohort.pk))
    assert issued.status_code == 302
    make_due()
    certificate = ProgrammeCertificate.objects.get()
    file = reverse("technoparks:account_group_certificate", args=[place.application.pk, certificate.pk])
    assert file in text(client.get(address))
    assert b"".join(client.get(file).streaming_content)[:5] == b"%PDF-"  # type: ignore[attr-defined]
    assert client_of(UserFactory()).get(file).status_code == 404
    own = host_page(cohort, "dashboard_group_certificate", cohort.pk, certificate.pk)
    assert boss.get(own).status_code == 200
    assert own in text(boss.get(host_page(cohort, "dashboard_group_certificates", cohort.pk)))


def test_a_parent_leaves_the_group_and_deletes_the_data() -> None:
    place = enrolled(gathering())
    one = place.application
    client = client_of(sender(one))
    move = "technoparks:account_group_move"
    assert client.get(reverse(move, args=[one.pk, "nonsense"])).status_code == 404
    assert client.get(reverse(move, args=[one.pk, "leave"])).status_code == 200
    assert client.post(reverse(move, args=[one.pk, "leave"])).status_code == 302
    place.refresh_from_db()
    assert place.state == "left"
    assert client.post(reverse(move, args=[one.pk, "withdraw"])).status_code == 409
    client.post(reverse(move, args=[one.pk, "forget"]))
    page = text(client.get(reverse("technoparks:account_group", args=[one.pk])))
    assert "Иванова" not in page
    assert "имя удалено" in page


def test_the_list_of_ones_own_groups_asks_as_much_for_three_as_for_one() -> None:
    place = enrolled(gathering())
    parent = sender(place.application)
    client, address = client_of(parent), reverse("technoparks:account_groups")
    assert "Анна Иванова" in text(client.get(address))
    few = queries(client, address)
    enrolled(gathering(), parent, name="Пётр")
    applied(gathering(), parent, name="Мария")
    assert queries(client, address) == few
    assert "Мария" in text(client.get(address))


# --- Schools ------------------------------------------------------------------------------------------------------


def test_a_teacher_pastes_the_list_of_pupils() -> None:
    cohort = gathering(places=3)
    school, teacher = guest()
    client = client_of(teacher)
    address = reverse("technoparks:dashboard_pupils_apply", args=[school.slug, cohort.pk])
    assert address in text(client.get(cohort.programme.get_absolute_url()))
    typed = {
        "request_key": client.get(address).context["form"]["request_key"].value(),
        "learners": "Анна Иванова; 7А; 13\n\nПётр Петров\t12\nМария; 8Б",
    }
    refused = client.post(address, typed)
    assert refused.context["form"].errors.keys() == {"learners", "confirms"}
    assert "Строка 3" in text(refused)
    typed |= {"learners": "Анна Иванова; 7А; 13\nПётр Петров\t12", "confirms": "on"}
    listed = client.post(address, typed)["Location"]
    rows = [(one.name, one.grade, one.age) for one in CohortApplication.objects.order_by("pk")]
    assert rows == [("Анна Иванова", "7А", 13), ("Пётр Петров", "", 12)]
    assert "Пётр Петров" in text(client.get(listed))
    one = CohortApplication.objects.earliest("pk")
    assert "Анна Иванова" in text(client.get(one.get_absolute_url()))
    move = reverse("technoparks:dashboard_pupil_move", args=[school.slug, one.pk, "withdraw"])
    assert client.post(move).status_code == 302
    one.refresh_from_db()
    assert one.state == "withdrawn"


def test_a_teacher_reads_whom_they_have_sent_and_the_head_everybody() -> None:
    cohort, (school, teacher) = gathering(), guest()
    head, other = (RepresentativeFactory(organisation=school, role=role).user for role in (Role.HEAD, Role.TEACHER))
    [one] = sent(cohort, (school, teacher), "Анна Иванова")
    address = reverse("technoparks:dashboard_pupils", args=[school.slug])
    shown = ["Анна Иванова" in text(client_of(person).get(address)) for person in (teacher, head, other)]
    assert shown == [True, True, False]
    assert client_of(other).get(one.get_absolute_url()).status_code == 404


# --- The host -----------------------------------------------------------------------------------------------------


def test_a_coordinator_describes_a_programme_and_plans_and_opens_a_group() -> None:
    lab = LabFactory(technopark=TechnoparkFactory())
    boss = RepresentativeFactory(organisation=lab.technopark.host, role=Role.COORDINATOR).user
    client, slug = client_of(boss), lab.technopark.host.slug
    address = reverse("technoparks:dashboard_programme_new", args=[slug])
    typed = {
        "technopark": lab.technopark.pk, "name": "Робот с нуля", "audience": Audience.PUPILS, "age_from": 11,
        "age_to": 14, "hours": 24, "decision_days": 5, "attendance_percent": 80, "is_published": "on",
    }  # fmt: skip
    refused = client.post(address, {**typed, "age_from": ""})
    assert refused.status_code == 200
    assert not Programme.objects.exists()
    assert client.post(address, typed).status_code == 302
    programme = Programme.objects.get()
    assert (programme.slug, programme.decision_days) == ("robot-s-nulya", 5)
    first = hour(0, 7).date()
    group = {
        "name": "Субботняя", "lab": lab.pk, "starts_on": first.isoformat(), "places": 8, "is_whole": "on",
        "ends_on": (first + datetime.timedelta(days=14)).isoformat(), "apply_until": first.isoformat(),
        "hours-TOTAL_FORMS": 1, "hours-INITIAL_FORMS": 0, "hours-0-weekday": first.weekday(),
        "hours-0-starts": "10:00", "hours-0-ends": "12:00",
    }  # fmt: skip
    new = reverse("technoparks:dashboard_group_new", args=[slug, programme.pk])
    assert client.post(new, {**group, "places": 11}).context["form"].errors.keys() == {"places"}
    assert client.post(new, {**group, "hours-0-ends": "09:00"}).status_code == 200
    shown = client.post(new, group)["Location"]
    cohort = Cohort.objects.get()
    assert (cohort.state, cohort.hours.count()) == ("planned", 1)
    opening = reverse("technoparks:dashboard_group_move", args=[slug, cohort.pk, "open"])
    assert opening in text(client.get(shown))
    assert "3 занятия" in text(client.get(opening))
    assert client.post(opening).status_code == 302
    assert len(lessons_of(cohort)) == 3
    assert "3 занятия" in text(client.get(shown))


def test_before_a_group_opens_each_lesson_that_is_hindered_is_shown() -> None:
    cohort = CohortFactory()
    booked(cohort.lab, 11, 13, days=14, is_whole=True)
    client = client_of(coordinator(cohort))
    address = host_page(cohort, "dashboard_group_move", cohort.pk, "open")
    page = client.get(address)
    assert [bool(one.problem) for one in page.context["tries"]] == [False, True, False, False]
    assert "<form" not in page.content.decode().partition("series-times")[2].partition("</main>")[0]
    assert client.post(address).status_code == 409


def test_of_an_open_group_only_what_books_nothing_is_changed() -> None:
    cohort = gathering()
    client = client_of(coordinator(cohort))
    address = host_page(cohort, "dashboard_group_edit", cohort.pk)
    assert {*client.get(address).context["form"].fields} == {"name", "apply_until", "places", "teacher", "name_en"}
    enrolled(cohort)
    enrolled(cohort, name="Пётр")
    typed = {"name": "Другая", "apply_until": cohort.apply_until.isoformat(), "places": 1}
    refused = client.post(address, {**typed, "starts_on": "2020-01-01"})
    assert (refused.status_code, "Другая" in text(refused)) == (409, True)
    assert client.post(address, {**typed, "places": 2}).status_code == 302
    changed = Cohort.objects.get(pk=cohort.pk)
    assert (changed.name, changed.places, changed.starts_on) == ("Другая", 2, cohort.starts_on)


def test_the_host_decides_on_several_at_once_and_nothing_typed_is_lost() -> None:
    cohort = gathering(places=1)
    client = client_of(coordinator(cohort))
    first, second, third = (applied(cohort, name=name) for name in ("Анна", "Пётр", "Мария"))
    address = host_page(cohort, "dashboard_group_decide", cohort.pk)
    both = {"chosen": [first.pk, second.pk], "decision": "enrol", "reason": "Так вышло"}
    refused = client.post(address, both)
    assert (refused.status_code, "Так вышло" in text(refused)) == (409, True)
    assert refused.content.decode().count("checked") >= 2
    assert client.post(address, {**both, "chosen": [first.pk]}).status_code == 302
    assert client.post(address, {"chosen": [second.pk], "decision": "queue"}).status_code == 302
    assert client.post(address, {"chosen": [third.pk], "decision": "decline"}).status_code == 409
    assert client.post(address, {"chosen": [third.pk], "decision": "decline", "reason": "Нет мест"}).status_code == 302
    states = [*CohortApplication.objects.order_by("pk").values_list("state", flat=True)]
    assert states == ["enrolled", "waiting", "declined"]


def test_only_who_leads_the_group_reads_names() -> None:
    cohort = gathering()
    enrolled(cohort)
    host = cohort.programme.technopark.host
    teacher, other, viewer = (
        RepresentativeFactory(organisation=host, role=role).user for role in (Role.TEACHER, Role.TEACHER, Role.VIEWER)
    )
    Cohort.objects.filter(pk=cohort.pk).update(teacher=teacher)
    address = host_page(cohort, "dashboard_group", cohort.pk)
    shown = ["Анна Иванова" in text(client_of(person).get(address)) for person in (teacher, other, viewer)]
    assert shown == [True, False, False]
    place = Enrolment.objects.get()
    learner = host_page(cohort, "dashboard_learner", cohort.pk, place.pk)
    assert [client_of(one).get(learner).status_code for one in (teacher, other)] == [200, 403]
    assert client_of(teacher).post(learner, {"move": "leave", "leave-reason": "так"}).status_code == 403


def test_of_the_staff_it_is_kept_that_they_have_read_names() -> None:
    cohort = gathering()
    staff = coordinator(cohort)
    User.objects.filter(pk=staff.pk).update(is_staff=True)
    staff.refresh_from_db()
    enter(staff).get(host_page(cohort, "dashboard_group_decide", cohort.pk))
    assert [one.record for one in PersonalDataView.objects.filter(staff=staff)] == ["technoparks.cohortapplication"]


def test_a_teacher_marks_a_lesson_on_one_page() -> None:
    cohort = gathering()
    host = cohort.programme.technopark.host
    teacher = RepresentativeFactory(organisation=host, role=Role.TEACHER).user
    Cohort.objects.filter(pk=cohort.pk).update(teacher=teacher)
    one, other = enrolled(cohort, name="Анна"), enrolled(cohort, name="Пётр")
    lesson = lessons_of(cohort)[0]
    address = host_page(cohort, "dashboard_lesson", cohort.pk, lesson.pk)
    with lesson_day(cohort):
        client = client_of(teacher)
        assert text(client.get(address)).count('class="lesson-marks"') == 2
        client.post(address, {f"mark_{one.pk}": P, f"mark_{other.pk}": X})
        assert client.post(address, {f"mark_{one.pk}": "nonsense"}).status_code == 200
        assert client.get(address).context["form"][f"mark_{other.pk}"].value() == X
    assert dict(Attendance.objects.values_list("enrolment", "mark")) == {one.pk: P, other.pk: X}


def test_a_learner_is_moved_and_taken_out_on_their_page() -> None:
    cohort = gathering()
    other = gathering(programme=cohort.programme)
    place = enrolled(cohort)
    client = client_of(coordinator(cohort))
    address = host_page(cohort, "dashboard_learner", cohort.pk, place.pk)
    assert client.post(address, {"move": "nonsense"}).status_code == 404
    refused = client.post(address, {"move": "transfer", "transfer-to": other.pk})
    assert (refused.status_code, '<details class="disclosure" open' in text(refused)) == (200, True)
    typed = {"move": "transfer", "transfer-to": other.pk, "transfer-reason": "Ближе к дому"}
    assert client.post(address, typed).status_code == 302
    assert "Ближе к дому" in text(client.get(address))
    there = Enrolment.objects.get(cohort=other)
    address = host_page(cohort, "dashboard_learner", other.pk, there.pk)
    assert client.post(address, {"move": "leave", "leave-reason": "Уехали"}).status_code == 302
    there.refresh_from_db()
    assert there.state == "left"


def test_a_certificate_is_issued_by_decision_and_revoked_on_the_page_of_the_learner() -> None:
    cohort = gathering()
    place = enrolled(cohort)
    taught(cohort, {place.pk: [P, X, X, X]})
    client = client_of(coordinator(cohort))
    assert "Анна Иванова" in text(client.get(host_page(cohort, "dashboard_group_certificates", cohort.pk)))
    address = host_page(cohort, "dashboard_learner", cohort.pk, place.pk)
    client.post(address, {"move": "issue", "issue-grounds": "Сдала всё дома"})
    made = ProgrammeCertificate.objects.get()
    assert (made.attended, made.grounds) == (25, "Сдала всё дома")
    client.post(address, {"move": "revoke", "revoke-reason": "Ошибка"})
    made.refresh_from_db()
    assert not made.is_valid


@pytest.mark.parametrize("name", ["dashboard_groups", "dashboard_group", "dashboard_group_decide"])
def test_pages_of_the_host_ask_as_much_for_three_as_for_one(name: str) -> None:
    cohort = gathering(places=9)
    boss = coordinator(cohort)
    client = client_of(boss)
    address = host_page(cohort, name, *([] if name == "dashboard_groups" else [cohort.pk]))

    def grow(letter: str) -> None:
        enrolled(cohort, name=f"Ученик {letter}")
        queue_or_leave = applied(cohort, name=f"Новый {letter}")
        if letter == "В":
            queue([queue_or_leave], by=boss)
        gathering(programme=cohort.programme)

    grow("А")
    queries(client, address)
    few = queries(client, address)
    grow("Б")
    grow("В")
    assert queries(client, address) == few


def test_the_page_of_an_application_counts_its_place_in_the_queue() -> None:
    cohort = gathering(places=1)
    boss = coordinator(cohort)
    waiting = [applied(cohort, name=name) for name in "АБ"]
    queue(waiting, by=boss)
    page = text(client_of(sender(waiting[1])).get(reverse("technoparks:account_group", args=[waiting[1].pk])))
    assert "под номером 2" in page


def test_after_the_last_day_nobody_applies_on_the_page() -> None:
    cohort = gathering()
    with time_machine.travel(hour(9, 20)):
        page = client_of(UserFactory()).get(reverse("technoparks:group_apply", args=[cohort.pk]))
        assert "Группа не принимает заявки" in text(page)
        assert 'name="name"' not in page.content.decode()
