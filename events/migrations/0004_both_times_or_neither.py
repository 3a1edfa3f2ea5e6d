"""A beginning without an end passed the constraint, as nothing is not less than anything to the database; and a day had
any number of hours."""

from django.apps.registry import Apps
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F, Q


def end_as_they_begin(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Of those that have one time the other is the same, until somebody says better."""
    events = apps.get_model("events", "Event").objects
    events.filter(ends_at=None).exclude(starts_at=None).update(ends_at=F("starts_at"))
    events.filter(starts_at=None).exclude(ends_at=None).update(starts_at=F("ends_at"))


HOURS = models.PositiveSmallIntegerField(
    "hours of a day, for certificates",
    null=True,
    blank=True,
    validators=[MinValueValidator(1), MaxValueValidator(24)],
    help_text="Empty: by the programme",
)


class Migration(migrations.Migration):
    dependencies = [("events", "0003_events_are_tended")]
    operations = [
        migrations.RemoveConstraint("event", "event_ends_after_it_begins"),
        migrations.RunPython(end_as_they_begin, migrations.RunPython.noop),
        migrations.AddConstraint(
            "event",
            models.CheckConstraint(
                condition=Q(starts_at=None, ends_at=None)
                | Q(starts_at__isnull=False, ends_at__isnull=False, ends_at__gte=F("starts_at")),
                name="event_ends_after_it_begins",
                violation_error_message="An event ends after it begins: give both times, or neither.",
            ),
        ),
        *(migrations.AlterField(model, "hours_a_day", HOURS) for model in ("event", "historicalevent")),
    ]
