"""Abstract bases of models."""

from typing import Any

from django.db import models

from common.caching import invalidate_public_pages


class PublicContent(models.Model):
    """Shown on shared public pages: a saved or deleted row makes the stored pages old."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        invalidate_public_pages()

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        outcome = super().delete(*args, **kwargs)
        invalidate_public_pages()
        return outcome
