"""Rich text written by members: cleaned when saved, so that what is stored is safe to show."""

from typing import Any

import nh3
from django.db import models

ALLOWED_TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "a", "h3", "h4", "blockquote"}


def sanitise(html: str) -> str:
    """Keep plain formatting and links; drop scripts, styles, images and every other attribute."""
    clean = nh3.clean(
        html,
        tags=ALLOWED_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener",
    )
    return clean.replace("&nbsp;", "\u00a0").strip()  # a person meets this text again in a form


class RichTextField(models.TextField):
    """HTML that is sanitised before every save, bulk inserts included."""

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return sanitise(value) if isinstance(value, str) else value

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        clean = self.get_prep_value(getattr(model_instance, self.attname))
        setattr(model_instance, self.attname, clean)
        return clean
