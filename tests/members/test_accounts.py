"""Signing up, logging in and changing what one logs in with."""

import threading
from collections.abc import Callable
from http.cookies import SimpleCookie

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.db import connection
from django.test import Client

from common.links import link_tokens
from members.models import User
from tests.factories.members import UserFactory
from tests.members.accounts import (
    PASSWORD,
    app_code,
    code_in,
    confirmed,
    is_logged_in,
    link_in,
    log_in,
    set_up_app,
    ticked,
    written,
)

NEW_PERSON = {
    "email": "Boris@Example.org",
    "password1": PASSWORD,
    "first_name": "Борис",
    "last_name": "Орлов",
}


def sign_up(client: Client, **data: str) -> None:
    response = client.post("/account/signup/", {**NEW_PERSON, **ticked(), **data})
    assert response.headers["Location"] == "/account/confirm-email/"


# --- Signing up --------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_new_person_confirms_the_address_by_a_code_and_is_in(client: Client) -> None:
    sign_up(client)
    assert not is_logged_in(client)

    client.post("/account/confirm-email/", {"code": code_in(written()[0])})

    assert is_logged_in(client)
    boris = User.objects.get()
    assert (boris.email, boris.first_name, boris.last_name) == ("boris@example.org", "Борис", "Орлов")
    assert written()[0].recipient == "boris@example.org"


@pytest.mark.django_db
def test_without_a_confirmed_address_a_password_opens_nothing_but_brings_another_code(client: Client) -> None:
    with time_machine.travel("2026-11-22T10:00:00Z", tick=False) as clock:
        sign_up(Client())
        clock.shift(60)
        assert log_in(client, User.objects.get()).headers["Location"] == "/account/confirm-email/"
        assert not is_logged_in(client)
        client.post("/account/confirm-email/", {"code": code_in(written()[1])})
        assert is_logged_in(client)


@pytest.mark.django_db
def test_a_wrong_code_three_times_ends_the_attempt(client: Client) -> None:
    sign_up(client)
    answers = [client.post("/account/confirm-email/", {"code": "0000-0000"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 302]
    client.post("/account/confirm-email/", {"code": code_in(written()[0])})
    assert not is_logged_in(client)


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "language"), [("/account/signup/", "ru"), ("/en/account/signup/", "en")])
def test_the_language_of_the_page_becomes_the_language_of_the_person(client: Client, path: str, language: str) -> None:
    client.post(path, {**NEW_PERSON, **ticked()})
    assert User.objects.get().language == language


@pytest.mark.django_db
def test_signing_up_gives_no_rights_whatever_is_posted(client: Client) -> None:
    sign_up(
        client,
        is_staff="1",
        is_superuser="1",
        is_active="0",
        language="xx",
        groups="1",
        user_permissions="1",
        patronymic="Ильич",
        date_joined="2000-01-01",
    )
    person = User.objects.get()
    assert (person.is_staff, person.is_superuser, person.is_active) == (False, False, True)
    assert (person.language, person.patronymic, person.date_joined.year) == ("ru", "", person.date_joined.today().year)
    assert not person.groups.exists()
    assert not person.user_permissions.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("missing", ["email", "password1", "first_name", "last_name", "consent"])
def test_each_field_of_sign_up_is_asked_for(client: Client, missing: str) -> None:
    response = client.post("/account/signup/", {**NEW_PERSON, **ticked(), missing: ""})
    assert list(response.context["form"].errors) == [missing]
    assert not User.objects.exists()


@pytest.mark.django_db
def test_an_address_that_cannot_be_kept_whole_opens_no_account(client: Client) -> None:
    posted = {**NEW_PERSON, **ticked(), "email": f"{'a' * 250}@example.org"}
    assert list(client.post("/account/signup/", posted).context["form"].errors) == ["email"]
    assert not User.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_submits_at_once_make_one_account_and_no_error() -> None:
    barrier = threading.Barrier(2)
    answers = []

    def submit() -> None:
        client = Client()
        data = {**NEW_PERSON, **ticked()}
        barrier.wait()
        answers.append(client.post("/account/signup/", data).status_code)
        connection.close()

    threads = [threading.Thread(target=submit) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [answer in (302, 429) for answer in answers] == [True, True]
    assert User.objects.count() == EmailAddress.objects.count() == 1


# --- Logging in and out ------------------------------------------------------------------------------------------


def test_a_password_opens_the_account(client: Client, anna: User) -> None:
    assert log_in(client, anna).headers["Location"] == "/dashboard/"
    assert is_logged_in(client)


def test_a_code_from_a_letter_opens_the_account_without_a_password(client: Client, anna: User) -> None:
    client.post("/account/login/code/", {"email": anna.email})
    client.post("/account/login/code/confirm/", {"code": code_in(written()[0])})
    assert is_logged_in(client)


def test_a_code_to_log_in_is_good_for_fifteen_minutes(client: Client, anna: User) -> None:
    with time_machine.travel("2026-11-22T10:00:00Z", tick=False) as clock:
        client.post("/account/login/code/", {"email": anna.email})
        clock.shift(15 * 60 + 1)
        client.post("/account/login/code/confirm/", {"code": code_in(written()[0])})
        assert not is_logged_in(client)


def test_a_closed_account_opens_for_nobody(client: Client, anna: User) -> None:
    User.objects.update(is_active=False)
    log_in(client, anna)
    assert not is_logged_in(client)


def test_only_a_post_logs_out(client: Client, anna: User) -> None:
    log_in(client, anna)
    client.get("/account/logout/")
    assert is_logged_in(client)
    client.post("/account/logout/")
    assert not is_logged_in(client)


@pytest.mark.parametrize(
    ("asked", "sent_to"),
    [
        ("/organisations/?kind=school", "/organisations/?kind=school"),
        ("http://testserver/about/", "http://testserver/about/"),
        ("https://evil.example/", "/dashboard/"),
        ("//evil.example/", "/dashboard/"),
        ("/\\evil.example/", "/dashboard/"),
        ("http://localhost/", "/dashboard/"),
        ("javascript:alert(1)", "/dashboard/"),
    ],
    ids=["path", "this host", "other host", "scheme-relative", "backslash", "other name of this host", "script"],
)
def test_after_log_in_one_stays_on_this_host(client: Client, anna: User, asked: str, sent_to: str) -> None:
    assert log_in(client, anna, next=asked).headers["Location"] == sent_to


def test_after_log_out_one_stays_on_this_host(client: Client, anna: User) -> None:
    log_in(client, anna)
    assert client.post("/account/logout/", {"next": "https://evil.example/"}).headers["Location"] == "/"


@pytest.mark.django_db
@pytest.mark.parametrize(("cookie", "afterwards"), [(None, "en"), ("ru", "ru")])
def test_log_in_brings_the_language_of_the_person_unless_one_was_chosen(
    client: Client, cookie: str | None, afterwards: str
) -> None:
    if cookie:
        client.cookies = SimpleCookie({"language": cookie})
    log_in(client, confirmed(language="en"))
    assert client.cookies["language"].value == afterwards


PUBLIC_PAGES = ["login/", "signup/", "login/code/", "password/reset/", "password/reset/done/", "inactive/"]


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["", "/en"], ids=["ru", "en"])
@pytest.mark.parametrize("page", PUBLIC_PAGES)
def test_the_way_in_is_open_to_strangers(client: Client, page: str, language: str) -> None:
    assert client.get(f"{language}/account/{page}").status_code == 200


OWN_PAGES = ["", "person/", "email/", "password/change/", "2fa/", "sessions/", "3rdparty/", "logout/"]


@pytest.mark.parametrize("language", ["", "/en"], ids=["ru", "en"])
@pytest.mark.parametrize("page", OWN_PAGES)
def test_pages_of_an_account_are_for_its_owner(client: Client, anna: User, page: str, language: str) -> None:
    if page != "logout/":
        address = f"{language}/account/{page}"
        assert client.get(address).headers["Location"] == f"{language}/account/login/?next={address}"
    client.force_login(anna)
    assert client.get(f"{language}/account/{page}").status_code == 200


# --- Without the cache server ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("no_cache_server")
def test_people_log_in_while_the_cache_server_is_away(client: Client, anna: User) -> None:
    secret = set_up_app(anna)
    log_in(client, anna)
    client.post("/account/2fa/authenticate/", {"code": app_code(secret)})
    assert is_logged_in(client)


@pytest.mark.usefixtures("no_cache_server")
def test_people_sign_up_while_the_cache_server_is_away(client: Client, db: None) -> None:
    sign_up(client)
    client.post("/account/confirm-email/", {"code": code_in(written()[0])})
    assert is_logged_in(client)


@pytest.mark.usefixtures("no_cache_server")
def test_guessing_stays_limited_while_the_cache_server_is_away(client: Client, anna: User) -> None:
    for number in range(5):
        client.post("/account/login/", {"login": anna.email, "password": f"не тот {number}"})
    log_in(client, anna)
    assert not is_logged_in(client)


@pytest.mark.usefixtures("no_cache_server")
def test_a_code_of_the_app_works_once_while_the_cache_server_is_away(client: Client, anna: User) -> None:
    secret, thief = set_up_app(anna), Client()
    with time_machine.travel("2026-11-22T10:00:00Z", tick=False):
        for person in (client, thief):
            log_in(person, anna)
            person.post("/account/2fa/authenticate/", {"code": app_code(secret)})
        assert (is_logged_in(client), is_logged_in(thief)) == (True, False)


# --- A forgotten password ----------------------------------------------------------------------------------------


def ask_for_reset(client: Client, user: User) -> str:
    client.post("/account/password/reset/", {"email": user.email})
    return link_in(written()[-1])


def set_by_link(client: Client, link: str, password: str) -> bool:
    form = client.get(link, follow=True)
    if "token_fail" in form.context:
        return False
    client.post(form.redirect_chain[-1][0], {"password1": password, "password2": password})
    return True


def test_a_reset_link_works_once(client: Client, anna: User) -> None:
    link = ask_for_reset(client, anna)
    assert set_by_link(client, link, "Новый-пароль-22")
    assert not set_by_link(Client(), link, "Чужой-пароль-33")
    anna.refresh_from_db()
    assert anna.check_password("Новый-пароль-22")


@pytest.mark.parametrize(("minutes", "works"), [(59, True), (61, False)])
def test_a_reset_link_works_for_an_hour(client: Client, anna: User, minutes: int, works: bool) -> None:
    with time_machine.travel("2026-11-22T10:00:00Z", tick=False) as clock:
        link = ask_for_reset(client, anna)
        clock.shift(minutes * 60)
        assert set_by_link(client, link, "Новый-пароль-22") is works


def test_a_reset_ends_the_sessions_there_are_and_tells_the_owner(client: Client, anna: User) -> None:
    log_in(client, anna)
    stranger = Client()
    set_by_link(stranger, ask_for_reset(stranger, anna), "Новый-пароль-22")
    assert not is_logged_in(client)
    assert len(written()) == 2


# --- An address that somebody else has signed up with ------------------------------------------------------------


def log_in_by_code(client: Client, email: str) -> None:
    client.post("/account/login/code/", {"email": email})
    client.post("/account/login/code/confirm/", {"code": code_in(written()[-1])})


@pytest.mark.django_db
def test_who_logs_in_by_code_first_finds_nothing_of_whoever_signed_up(client: Client) -> None:
    attacker = Client()
    sign_up(attacker)
    log_in_by_code(client, "boris@example.org")

    assert is_logged_in(client)
    boris = User.objects.get()
    assert (boris.get_full_name(), boris.has_usable_password()) == ("", False)
    for stranger in (attacker, Client()):
        log_in(stranger, boris)
        assert not is_logged_in(stranger)


@pytest.mark.django_db
def test_they_are_told_why_the_name_is_gone(client: Client) -> None:
    sign_up(Client())
    client.cookies = SimpleCookie({"language": "en"})
    log_in_by_code(client, "boris@example.org")
    told = [str(message) for message in client.get("/account/").context["messages"]]
    assert told[0].startswith("This address had been signed up before it was confirmed.")


@pytest.mark.django_db
def test_who_resets_the_password_first_keeps_it_and_nothing_of_whoever_signed_up(client: Client) -> None:
    with time_machine.travel("2026-11-22T10:00:00Z", tick=False) as clock:
        sign_up(Client())
        clock.shift(60)
        boris = User.objects.get()
        set_by_link(client, ask_for_reset(client, boris), "Новый-пароль-22")
        client.post("/account/login/", {"login": boris.email, "password": "Новый-пароль-22"})
        client.post("/account/confirm-email/", {"code": code_in(written()[-1])})
        assert is_logged_in(client)

    boris.refresh_from_db()
    assert (boris.get_full_name(), boris.check_password("Новый-пароль-22")) == ("", True)


@pytest.mark.django_db
def test_who_signed_up_and_confirms_later_with_the_password_keeps_all(client: Client) -> None:
    with time_machine.travel("2026-11-22T10:00:00Z", tick=False) as clock:
        sign_up(Client())
        clock.shift(60)
        log_in(client, User.objects.get())
        client.post("/account/confirm-email/", {"code": code_in(written()[-1])})
    boris = User.objects.get()
    assert (boris.get_full_name(), boris.check_password(PASSWORD)) == ("Орлов Борис", True)


@pytest.mark.django_db
def test_who_was_entered_by_the_office_comes_in_by_codes_alone(client: Client) -> None:
    """Two of them: one to log in, one to confirm the address, of which allauth knows nothing yet."""
    user = UserFactory(email="olga@example.org")
    log_in_by_code(client, user.email)
    client.post("/account/confirm-email/", {"code": code_in(written()[-1])})
    assert is_logged_in(client)


def test_a_code_takes_nothing_from_who_has_confirmed_the_address_before(client: Client, anna: User) -> None:
    log_in_by_code(client, anna.email)
    anna.refresh_from_db()
    assert (anna.get_full_name(), anna.check_password(PASSWORD)) == ("Волкова Анна", True)


def test_a_new_address_takes_nothing_from_its_owner(client: Client, anna: User) -> None:
    anna.set_unusable_password()
    anna.save()
    SocialAccount.objects.create(user=anna, provider="yandex", uid="1")
    log_in_by_code(client, anna.email)
    client.post("/account/email/", {"email": "new@example.org", "action_add": "1"})
    client.post("/account/confirm-email/", {"code": code_in(written()[-1])})
    anna.refresh_from_db()
    assert (anna.email, anna.get_full_name()) == ("new@example.org", "Волкова Анна")
    assert SocialAccount.objects.get().user == anna


# --- Changing what one logs in with ------------------------------------------------------------------------------


def change_email(client: Client, address: str) -> None:
    """From the page of the address through the password to the code."""
    asked = client.post("/account/email/", {"email": address, "action_add": "1"})
    assert asked.headers["Location"].startswith("/account/reauthenticate/?")
    client.post(asked.headers["Location"], {"password": PASSWORD})


def test_a_new_address_asks_for_the_password_and_tells_the_old_one(client: Client, anna: User) -> None:
    log_in(client, anna)
    change_email(client, "new@example.org")
    anna.refresh_from_db()
    assert anna.email == "anna@example.org"

    client.post("/account/confirm-email/", {"code": code_in(written()[0])})

    anna.refresh_from_db()
    assert anna.email == "new@example.org"
    assert list(EmailAddress.objects.values_list("email", "verified", "primary")) == [("new@example.org", True, True)]
    assert [letter.recipient for letter in written()] == ["new@example.org", "anna@example.org"]
    assert "new@example.org" in written()[1].text


def test_a_wrong_password_changes_no_address(client: Client, anna: User) -> None:
    log_in(client, anna)
    asked = client.post("/account/email/", {"email": "new@example.org", "action_add": "1"})
    client.post(asked.headers["Location"], {"password": "не тот"})
    assert written() == []


def test_the_letters_to_the_old_and_the_new_address_lose_their_way_out(client: Client, anna: User) -> None:
    subjects = [f"{name}@example.org notice_membership" for name in ("anna", "new", "other")]
    tokens = link_tokens("unsubscribe", subjects=subjects)
    log_in(client, anna)
    change_email(client, "new@example.org")
    client.post("/account/confirm-email/", {"code": code_in(written()[-1])})
    assert User.objects.get(pk=anna.pk).email == "new@example.org"
    answers = [client.get(f"/unsubscribe/{tokens[subject]}/").status_code for subject in subjects]
    assert answers == [404, 404, 200]


def test_the_address_of_somebody_who_never_confirmed_it_is_not_taken_over(client: Client, anna: User) -> None:
    with time_machine.travel("2026-11-22T10:00:00Z", tick=False) as clock:
        sign_up(Client())
        clock.shift(60)  # an address is sent no two codes within ten seconds
        log_in(client, anna)
        change_email(client, "boris@example.org")
        client.post("/account/confirm-email/", {"code": code_in(written()[-1])})
    anna.refresh_from_db()
    assert anna.email == "anna@example.org"


def test_a_changed_password_ends_every_session_and_tells_the_owner(client: Client, anna: User) -> None:
    elsewhere = Client()
    log_in(elsewhere, anna)
    log_in(client, anna)
    passwords = {"oldpassword": PASSWORD, "password1": "Новый-пароль-22", "password2": "Новый-пароль-22"}
    client.post("/account/password/change/", passwords)
    assert (is_logged_in(client), is_logged_in(elsewhere)) == (False, False)
    assert [letter.recipient for letter in written()] == [anna.email]


def test_a_person_changes_their_name_and_language_and_nothing_else(client: Client, anna: User) -> None:
    client.force_login(anna)
    response = client.post(
        "/account/person/",
        {
            "last_name": "Белова",
            "first_name": "Анна",
            "patronymic": "Игоревна",
            "language": "en",
            "is_staff": "1",
            "is_superuser": "1",
            "email": "other@example.org",
            "is_active": "",
        },
    )
    anna.refresh_from_db()
    assert (anna.get_full_name(), anna.language, anna.email) == ("Белова Анна Игоревна", "en", "anna@example.org")
    assert (anna.is_staff, anna.is_superuser, anna.is_active) == (False, False, True)
    assert response.cookies["language"].value == "en"


# --- The time zone -----------------------------------------------------------------------------------------------

ANNA = {"last_name": "Белова", "first_name": "Анна", "language": "ru"}


def test_a_person_chooses_a_time_zone_and_chooses_none_again(client: Client, anna: User) -> None:
    client.force_login(anna)
    for zone, said in (("Asia/Kamchatka", "По Камчатке"), ("Europe/Berlin", "Берлин"), ("", "Не выбран")):
        client.post("/account/person/", {**ANNA, "time_zone": zone})
        anna.refresh_from_db()
        assert anna.time_zone == zone
        assert said in client.get("/account/").content.decode().replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("language", "said"),
    [("", "Выберите часовой пояс из списка."), ("/en", "Choose a time zone from the list.")],
    ids=["ru", "en"],
)
@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "Asia/Kamchatka\0"])
def test_of_a_zone_that_there_is_not_the_page_says_so_and_what_was_typed_stays(
    client: Client, anna: User, language: str, said: str, zone: str
) -> None:
    client.force_login(anna)
    User.objects.update(time_zone="Asia/Omsk")
    response = client.post(f"{language}/account/person/", {**ANNA, "patronymic": "Игоревна", "time_zone": zone})
    form, page = response.context["form"], response.content.decode()
    assert (response.status_code, [*form.errors]) == (200, ["time_zone"])
    assert page.count(said) == 2  # above the form, and by the field
    assert [form[name].value() for name in (*ANNA, "patronymic")] == [*ANNA.values(), "Игоревна"]
    anna.refresh_from_db()
    assert (anna.time_zone, anna.patronymic) == ("Asia/Omsk", "")


def test_saving_a_name_gives_back_no_right_taken_away_meanwhile(client: Client, anna: User) -> None:
    """Only the fields of the form are written, not the whole row that was read before."""
    client.force_login(anna)

    def take_away(execute: Callable, sql: str, params: object, many: bool, context: object) -> object:
        if sql.startswith("UPDATE"):
            assert "is_staff" not in sql
        return execute(sql, params, many, context)

    with connection.execute_wrapper(take_away):
        client.post("/account/person/", {"last_name": "Белова", "first_name": "Анна", "language": "ru"})
    anna.refresh_from_db()
    assert anna.last_name == "Белова"


# --- Letters -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "page", "subject"),
    [
        ("ru", "/en/account/login/code/", "Код для входа"),
        ("en", "/account/login/code/", "Code to log in"),
    ],
)
def test_a_letter_is_in_the_language_of_its_reader_not_of_the_page(
    client: Client, db: None, language: str, page: str, subject: str
) -> None:
    client.post(page, {"email": confirmed(language=language).email})
    assert written()[0].subject == subject


def test_a_new_and_a_former_address_are_written_to_in_the_language_of_their_owner(client: Client, db: None) -> None:
    client.cookies = SimpleCookie({"language": "ru"})
    log_in(client, confirmed(language="en"))
    change_email(client, "new@example.org")
    client.post("/account/confirm-email/", {"code": code_in(written()[0])})
    assert [letter.subject for letter in written()] == [
        "Code to confirm your e-mail",
        "The e-mail of your account was changed",
    ]
