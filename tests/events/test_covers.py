"""The picture of an event: stored anew, shown in its place, gone when it goes."""

import io
import re
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from PIL.ExifTags import Base
from pytest_django import DjangoCaptureOnCommitCallbacks

from common.images import variant_name
from events.models import Event
from events.public.covers import SHAPE, WIDTHS, remove_cover, set_cover
from tests.events.test_admin import change, typed
from tests.factories.events import EventFactory
from tests.members.test_admin import page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


def picture(width: int = 1600, height: int = 1200) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), "navy").save(buffer, "PNG")
    return buffer.getvalue()


def files_of(event: Event) -> list[str]:
    return [str(event.cover), *(variant_name(str(event.cover), width) for width in WIDTHS)]


def sizes_of(names: list[str]) -> list[tuple[int, int]]:
    return [Image.open(default_storage.open(name)).size for name in names]


def test_a_cover_has_one_shape_in_three_widths_and_the_former_goes(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    event = set_cover(EventFactory(), upload=ContentFile(picture(700, 2000)))
    first = files_of(event)
    assert sizes_of(first) == [SHAPE, (480, 252), (800, 420)]
    with django_capture_on_commit_callbacks(execute=True):
        set_cover(event, upload=ContentFile(picture()))
    second = files_of(Event.objects.get())
    assert [default_storage.exists(name) for name in first + second] == [False] * 3 + [True] * 3
    with django_capture_on_commit_callbacks(execute=True):
        remove_cover(remove_cover(event))
    assert [default_storage.exists(name) for name in second] == [False] * 3
    assert not Event.objects.get().cover


def test_of_a_cover_nobody_has_described_nothing_is_said() -> None:
    EventFactory()
    assert [*Event.objects.values_list("cover_alt", "cover_alt_en")] == [("", "")]


def test_of_what_was_uploaded_only_the_pixels_are_kept() -> None:
    taken = Image.Exif()
    taken[Base.ImageDescription] = "Снято у дома"
    buffer = io.BytesIO()
    Image.new("RGB", (1600, 1200), "navy").save(buffer, "JPEG", exif=taken)
    upload = SimpleUploadedFile("../дом.html", buffer.getvalue() + b"<script>")
    names = files_of(set_cover(EventFactory(), upload=upload))
    assert re.fullmatch("covers/[0-9a-f]{32}.webp", names[0])
    stored = [default_storage.open(name).read() for name in names]
    assert [(Image.open(io.BytesIO(one)).format, b"<script>" in one) for one in stored] == [("WEBP", False)] * 3
    assert [dict(Image.open(io.BytesIO(one)).getexif()) for one in stored] == [{}] * 3


def test_a_cover_stands_on_the_page_in_the_list_and_where_others_link_to_it() -> None:
    event = set_cover(EventFactory(cover_alt='Пила "Дружба"'), upload=ContentFile(picture()))
    text = Client().get(event.get_absolute_url()).content.decode()
    assert f'<meta property="og:image" content="http://testserver{event.cover.url}">' in text
    assert 'alt="Пила &quot;Дружба&quot;"' in text
    assert f'src="{variant_name(event.cover.url, 480)}" alt=""' in Client().get("/events/").content.decode()
    without = Client().get(EventFactory().get_absolute_url()).content.decode()
    assert "og:image" not in without
    assert "event-cover" not in without


def test_the_office_sets_and_removes_it(office: Client) -> None:
    event = EventFactory(registration="none")
    typed(office, event, new_cover=SimpleUploadedFile("x.svg", picture()), cover_alt="Зал")
    event.refresh_from_db()
    assert (str(event.cover)[:7], event.cover_alt) == ("covers/", "Зал")
    assert event.cover.url.replace(".webp", "-480.webp") in office.get(change(event)).content.decode()
    typed(office, event, no_cover="on")
    event.refresh_from_db()
    assert not event.cover


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<svg/>", "This is not a PNG, JPEG or WebP picture."),
        (picture(500, 500), "The picture is narrower than 600 pixels."),
        (picture(6000, 4001), "The picture has more than 24 megapixels."),
        (picture() + bytes(5 * 2**20), "The file is larger than 5 MB."),
    ],
)
def test_what_is_no_cover_is_refused_beside_its_field(office: Client, content: bytes, said: str) -> None:
    answer = typed(office, EventFactory(registration="none"), new_cover=SimpleUploadedFile("x.png", content))
    assert answer.context["adminform"].form.errors == {"new_cover": [said]}


def test_files_go_with_a_draft_that_is_deleted(
    office: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    event: Any = set_cover(EventFactory(state="draft"), upload=ContentFile(picture()))
    names = files_of(event)
    with django_capture_on_commit_callbacks(execute=True):
        office.post(page("events_event_delete", event.pk), {"post": "yes"})
    assert not Event.objects.exists()
    assert [default_storage.exists(name) for name in names] == [False] * 3


def test_what_a_field_had_written_in_place_of_nothing_is_taken_out() -> None:
    event, described = EventFactory(), EventFactory(cover_alt="Зал", cover_alt_en="A hall")
    wish = "<django.db.models.expressions.DatabaseDefault object at 0x7f0c1b2a3d90>"
    for model in (Event, Event.history.model):
        of_event: Any = {"id": event.pk}
        model.objects.filter(**of_event).update(cover_alt=wish, cover_alt_en=wish)
    import_module("events.migrations.0005_covers_without_words").take_wishes_out(apps, None)
    for model in (Event, Event.history.model):
        assert {*model.objects.values_list("id", "cover_alt", "cover_alt_en")} == {
            (event.pk, "", ""),
            (described.pk, "Зал", "A hall"),
        }
