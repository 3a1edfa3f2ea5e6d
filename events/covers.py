"""The picture of an event: stored anew in one shape and three widths, under a name of ours."""

from functools import lru_cache, partial
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from PIL import Image, ImageOps

from common import images
from events.models import Event
from events.places import locked_event
from members.services import store_pictures

FOLDER = "covers"
SHAPE = (1200, 630)  # px, as other sites show what they link to
WIDTHS = (480, 800)  # besides the whole
LEAST_WIDTH = 600  # of what is uploaded; less would be blurred


@transaction.atomic
def set_cover(event: Event, *, upload: UploadedFile | ContentFile) -> Event:
    """The middle of ``upload`` in SHAPE; the old files go after the commit.

    Raises ValidationError where the upload is no acceptable picture; RuleViolated where the disk is full.
    """
    picture = ImageOps.fit(open_cover(upload), SHAPE)
    name = images.random_name(FOLDER)
    locked = _without_cover(event)
    store_pictures(picture, sizes=dict(zip(_names(name), (SHAPE[0], *WIDTHS), strict=True)), storage=default_storage)
    return _written(event, locked, name)


@transaction.atomic
def remove_cover(event: Event) -> Event:
    """Its files go after the commit. Repeated, does nothing."""
    if not event.cover:
        return event
    return _written(event, _without_cover(event), "")


def open_cover(upload: UploadedFile | ContentFile) -> Image.Image:
    picture = images.open_picture(upload)
    if picture.width < LEAST_WIDTH:
        text = _("The picture is narrower than %(number)d pixels.") % {"number": LEAST_WIDTH}
        raise ValidationError(text, code="too_small")
    return picture


@lru_cache(maxsize=1000)
def cover_url(name: str, width: int = SHAPE[0]) -> str:
    return default_storage.url(name if width == SHAPE[0] else images.variant_name(name, width))


def _without_cover(event: Event) -> Event:
    locked = locked_event(event)
    for path in _names(str(locked.cover)) if locked.cover else ():
        transaction.on_commit(partial(default_storage.delete, path))
    return locked


def _written(event: Event, locked: Event, name: str) -> Event:
    event.cover = locked.cover = name
    locked.save(update_fields=["cover", "updated_at"])
    return event


def _names(name: str) -> list[str]:
    return [name, *(images.variant_name(name, width) for width in WIDTHS)]


class CoverFields(forms.Form):
    """For the form of an event, which has ``cover_alt`` and ``cover_alt_en`` of its own; whoever saves the event calls
    ``save_cover``."""

    new_cover = forms.FileField(
        label=gettext_lazy("New cover"),
        required=False,
        help_text=gettext_lazy(
            "PNG, JPEG or WebP, up to 5 MB, 1200 × 630 pixels; of another shape the middle is taken"
        ),
    )
    no_cover = forms.BooleanField(label=gettext_lazy("Remove the cover"), required=False)

    def clean_new_cover(self) -> Any:
        upload = self.cleaned_data["new_cover"]
        if upload:
            open_cover(upload)
        return upload

    def save_cover(self, event: Event) -> None:
        if self.cleaned_data.get("new_cover"):
            set_cover(event, upload=self.cleaned_data["new_cover"])
        elif self.cleaned_data.get("no_cover"):
            remove_cover(event)
