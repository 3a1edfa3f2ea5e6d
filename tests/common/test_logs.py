import logging

import pytest
from django.test import Client

from common.logs import without_secrets

SIGNED = "a1B2c3D4e5F6g7H8.x-Zx_Zx0123456789abcdefghij"


@pytest.mark.parametrize(
    ("name", "said", "kept"),
    [
        pytest.param(
            "request", f"GET /events/registrations/{SIGNED}/", "GET /events/registrations/…/", id="signed link"
        ),
        pytest.param("request", f"POST /a/{SIGNED}/cancel/?why=no", "POST /a/…/cancel/", id="in the middle"),
        pytest.param(
            "event", f"Not Found: /en/calendars/{SIGNED}.ics", "Not Found: /en/calendars/….ics", id="Django's own"
        ),
        pytest.param(
            "request",
            "GET /account/password/reset/key/3-cxyz12-0123456789abcdef0123456789abcdef/",
            "GET /account/password/reset/key/…/",
            id="a new password",
        ),
        pytest.param(
            "request",
            "GET /dashboard/school/registrations/?q=Семёнов",
            "GET /dashboard/school/registrations/",
            id="query",
        ),
        pytest.param(
            "request",
            "GET /events/strategicheskaya-sessiya-klastera/",
            "GET /events/strategicheskaya-sessiya-klastera/",
            id="a long name",
        ),
        pytest.param(
            "request", "GET /static/css/main.0123456789ab.css", "GET /static/css/main.0123456789ab.css", id="a file"
        ),
        pytest.param("event", "What next?", "What next?", id="a question"),
    ],
)
def test_a_line_holds_no_link_to_follow_and_nothing_searched_for(name: str, said: str, kept: str) -> None:
    assert without_secrets(None, "info", {name: said}) == {name: kept}


@pytest.mark.django_db
def test_what_is_written_of_a_request_is_such_a_line(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    Client().get(f"/events/feedback/{SIGNED}/?q=Семёнов")
    (console,) = (one for one in logging.getLogger().handlers if one.get_name() == "console")
    written = [console.format(record) for record in caplog.records]
    assert any("/events/feedback/…/" in line for line in written)
    assert not any("Zx0123456789" in line or "Семёнов" in line for line in written)
