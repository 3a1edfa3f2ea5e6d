"""A letter in a real browser: accessible in both themes, whole on a narrow screen, and loading nothing."""

import pytest
from django.utils import translation

from common.mail.letters import as_html
from tests.browser.conftest import OF_COLOURS, Visitor, axe
from tests.browser.test_pages import DESKTOP, NARROW, too_wide

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
OF_A_PAGE = ("landmark-one-main", "region")  # a letter is a part of the page of a mail program
TEXT = """Здравствуйте!

Ваш код:

1234-5678

Страница организации
https://portal.example.org/organisations/a-very-long-name-of-an-organisation-that-has-no-end/

—
Ассоциация школьного кластера
https://portal.example.org/
"""


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_letter_is_accessible_quiet_and_whole(language: str, inspector: Visitor) -> None:
    with translation.override(language):
        html = as_html("Код для входа", TEXT)
    inspector.open("/healthz")  # what is set below starts from a page of ours
    inspector.page.set_viewport_size(DESKTOP)
    inspector.page.emulate_media(color_scheme="light")
    inspector.page.set_content(html)
    assert inspector.page.locator("html").get_attribute("lang") == language
    assert inspector.page.locator("h1, .code, .button, .signature").count() == 4
    assert [finding for finding in axe(inspector.page) if finding.partition(":")[0] not in OF_A_PAGE] == []
    inspector.page.emulate_media(color_scheme="dark")
    assert axe(inspector.page, OF_COLOURS) == []
    inspector.page.set_viewport_size(NARROW)
    assert too_wide(inspector) == []
    assert inspector.foreign == []
