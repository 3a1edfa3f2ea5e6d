from django.db import models
from django.utils.translation import gettext_lazy as _


class NumberSeries(models.Model):
    """The last number given in a series without gaps. Whoever takes the next one holds the row until the commit."""

    name = models.CharField(max_length=60, unique=True, help_text="certificate 2026")
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("series of numbers")
        verbose_name_plural = _("series of numbers")
        ordering = ["name"]

    def __str__(self) -> str:
        return f"{self.name}: {self.last}"
