"""Each page in a real browser: accessible, quiet, at home, and whole on a narrow screen."""

from collections.abc import Callable

import pytest
from django.conf import settings
from playwright.sync_api import ViewportSize

from tests.browser import readers
from tests.browser.conftest import OF_COLOURS, Visitor, axe
from tests.browser.pages import EXCUSED, HEAD, LANGUAGES, PAGES, STAFF, Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
Arrive = Callable[..., Visitor]
DESKTOP = ViewportSize(width=1280, height=900)
NARROW = ViewportSize(width=320, height=640)


def too_wide(reader: Visitor) -> list[str]:
    """What makes the reader scroll sideways."""
    return reader.page.evaluate("""() => {
        const width = document.documentElement.clientWidth;
        if (document.documentElement.scrollWidth <= width) return [];
        return [...document.querySelectorAll("body *")]
            .filter((element) => element.getBoundingClientRect().right > width + 1)
            .map((element) => element.outerHTML.slice(0, 120));
    }""")


def wrong(reader: Visitor, page: Page, rules: list[str] | None = None) -> list[str]:
    """What axe finds, but for what is known of the package that draws the page."""
    excused = EXCUSED.get(page.package, {})
    return [finding for finding in axe(reader.page, rules) if finding.partition(":")[0] not in excused]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_is_accessible_quiet_and_whole(
    page: Page, language: str, inspector: Visitor, places: dict[str, object]
) -> None:
    """In the light theme by all rules, in the dark one by those that a theme has to do with; in English, where only the
    words are others, by none."""
    inspector.become(page.reader)
    inspector.page.set_viewport_size(DESKTOP)
    inspector.page.emulate_media(color_scheme="light")
    assert inspector.open(page.path_in(language).format(**places)) == page.status
    assert inspector.foreign == []
    expected = f"status of {page.status}", *(["Applying inline style"] if page.package else [])
    assert [error for error in inspector.errors if not any(part in error for part in expected)] == []
    assert inspector.page.locator("html").get_attribute("lang") == language
    if language == "ru":
        assert wrong(inspector, page) == []
        inspector.page.emulate_media(color_scheme="dark")
        assert wrong(inspector, page, OF_COLOURS) == []
    inspector.page.set_viewport_size(NARROW)
    assert too_wide(inspector) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_says_what_it_is_without_javascript(
    page: Page, plain_inspector: Visitor, places: dict[str, object]
) -> None:
    plain_inspector.become(page.reader)
    assert plain_inspector.open(page.path.format(**places)) == page.status
    assert plain_inspector.page.locator("main:visible").count() == 1
    assert plain_inspector.page.locator("h1:visible").count() == 1


@pytest.mark.usefixtures("portal")
def test_every_template_of_a_page_is_looked_at(places: dict[str, object]) -> None:
    """A new page is missing in pages.py if this fails."""
    drawn = set()
    for page in PAGES:
        client = readers.arrive(page.reader)
        client.raise_request_exception = False
        response = client.get(page.path.format(**places), follow=True)
        assert (page.name, response.status_code) == (page.name, page.status)
        drawn |= {template.name for template in response.templates}
    staff, application = readers.arrive(STAFF), places["application"]
    posted = {"action": "put_on_agenda", "_selected_action": application}
    response = staff.post("/admin/members/membershipapplication/", posted)  # asks first, and only after a POST
    drawn |= {template.name for template in response.templates}
    registrations = "/dashboard/phystech-lyceum/events/coming-forum/registrations/"
    response = readers.arrive(HEAD).post(registrations, {"do": "cancel", "chosen": places["registration"]})  # the same
    drawn |= {template.name for template in response.templates}
    folder = settings.BASE_DIR / "templates"
    pages = {
        str(path.relative_to(folder)) for path in folder.rglob("*.html") if path.read_text().startswith("{% extends")
    }
    assert pages - drawn == set()


@pytest.mark.parametrize("scheme", ["contrast", "night", "blue"])
def test_the_settings_for_who_sees_badly_are_accessible_too(scheme: str, visitor: Arrive) -> None:
    reader = visitor(viewport=NARROW)
    cookie = {"name": "view", "value": f"scheme.{scheme}_size.huge_spacing.wide_images.off", "url": reader.portal}
    reader.context.add_cookies([cookie])  # type: ignore[list-item]
    for path in ("/", "/organisations/", "/organisations/phystech-lyceum/"):
        reader.open(path)
        assert (path, axe(reader.page)) == (path, [])
        assert (path, too_wide(reader)) == (path, [])


def names(reader: Visitor) -> list[str]:
    return reader.page.locator(".directory-list h3").all_inner_texts()


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_the_directory_is_searched_narrowed_and_cleared(scripts: bool, visitor: Arrive) -> None:
    reader = visitor(java_script_enabled=scripts)
    reader.open("/organisations/")
    everything = names(reader)
    reader.page.fill("input[name=q]", "лицеи")
    reader.page.press("input[name=q]", "Enter")
    reader.page.wait_for_url("**q=*")
    reader.page.locator(".chips a").wait_for()
    assert names(reader) == ["Физтех-лицей"]
    reader.page.locator(".chips a").click()
    reader.page.wait_for_url(lambda url: "q=%" not in url)
    reader.page.locator(".chips").wait_for(state="detached")
    assert names(reader) == everything


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_the_language_is_changed_and_the_place_is_kept(scripts: bool, visitor: Arrive) -> None:
    reader = visitor(java_script_enabled=scripts)
    reader.open("/join/")
    reader.page.locator("form[action='/settings/language/'] button").first.click()
    reader.page.wait_for_load_state()
    assert reader.page.locator("html").get_attribute("lang") == "en"
    assert reader.page.url.endswith("/join/")


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("", "у вас 08:00"),  # by the device
        ("Asia/Kamchatka", "у вас 17:00"),
        ("Pacific/Honolulu", "у вас 15 декабря, 19:00"),
        ("Asia/Yekaterinburg", ""),
        ("Mars/Olympus", "у вас 08:00"),  # this browser has not heard of it
    ],
)
def test_a_time_is_told_by_the_zone_of_the_account_and_else_of_the_device(
    zone: str, said: str, visitor: Arrive
) -> None:
    reader = visitor(timezone_id="Europe/Moscow")
    reader.open("/events/")
    words = reader.page.evaluate(
        """zone => {
            document.documentElement.dataset.zone = zone;
            const time = document.createElement("time");
            time.dateTime = "2027-12-16T10:00+05:00";
            time.dataset.clock = "";
            document.body.append(time);
            document.dispatchEvent(new CustomEvent("htmx:afterSettle", {detail: {elt: time}}));
            return time.textContent.trim();
        }""",
        zone,
    )
    assert (words.replace("\N{NO-BREAK SPACE}", " "), reader.errors) == (said, [])


def test_what_is_not_kept_while_it_is_typed_says_so_until_it_is(visitor: Arrive, places: dict[str, object]) -> None:
    reader, saved = visitor(), "#saved:not([data-kind])"
    reader.open(f"/join/applications/{places['draft']}/people/")
    reader.page.context.set_offline(True)
    reader.page.fill("#id_contact_name", "Анна")
    reader.page.locator("#saved[data-kind=error]").wait_for()
    assert reader.page.locator("#saved").inner_text().startswith("Не сохранено")
    reader.page.context.set_offline(False)
    reader.page.fill("#id_contact_name", "Анна Волкова")
    reader.page.locator(saved).wait_for()


def test_everything_is_reached_by_the_keyboard_from_the_skip_link_on(visitor: Arrive) -> None:
    reader = visitor()
    reader.open("/organisations/")
    reader.page.keyboard.press("Tab")
    skip = reader.page.evaluate("document.activeElement.getAttribute('href')")
    reader.page.keyboard.press("Enter")
    assert reader.page.evaluate("location.hash") == skip
    assert reader.page.locator(skip).count() == 1
