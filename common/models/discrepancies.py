"""What the last recount has found not to add up."""

from django.apps import apps
from django.db import models
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from common.invariants import INVARIANTS


class Discrepancy(models.Model):
    """A record that breaks an invariant; the row goes with the first recount that finds it right."""

    invariant = models.CharField(max_length=60)
    record = models.CharField(_("kind of record"), max_length=100, help_text="events.ticketpool")
    record_key = models.BigIntegerField(_("record"))
    figures = models.CharField(_("figures"), max_length=200, blank=True)
    found_at = models.DateTimeField(_("found"), default=timezone.now)
    seen_at = models.DateTimeField(_("seen last"))

    class Meta:
        verbose_name = _("discrepancy")
        verbose_name_plural = _("discrepancies")
        ordering = ["found_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["invariant", "record", "record_key"], name="discrepancy_once")]

    def __str__(self) -> str:
        return ": ".join(filter(None, (self.title, self.record_name, self.figures)))

    @property
    def title(self) -> str:
        return str(INVARIANTS[self.invariant].title) if self.invariant in INVARIANTS else self.invariant

    @property
    def record_name(self) -> str:
        """Without any name of a person."""
        return f"{capfirst(apps.get_model(self.record)._meta.verbose_name)} № {self.record_key}"
