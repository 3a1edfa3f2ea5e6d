"""Each event says when its people are reminded; those that are there, as all were until now."""

from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models

import events.models.event

RULES = [
    ("week", "A week before"),
    ("three", "Three days before"),
    ("day", "A day before"),
    ("hours", "Three hours before"),
]


def remind() -> ArrayField:
    return ArrayField(
        base_field=models.CharField(max_length=5, choices=RULES),
        default=events.models.event.usual_reminders,
        db_default=["week", "day"],
        blank=True,
        size=None,
        verbose_name="remind those who come",
        help_text="Empty: never",
    )


class Migration(migrations.Migration):
    dependencies = [("events", "0006_certificates_are_mended")]
    operations = [
        migrations.AlterField("eventreminder", "kind", models.CharField("rule", max_length=5, choices=RULES)),
        *(migrations.AddField(model, "remind", remind()) for model in ("event", "historicalevent")),
    ]
