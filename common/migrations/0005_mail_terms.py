from datetime import datetime, timedelta

from django.db import migrations, models
from django.utils import timezone


def in_three_days() -> datetime:
    """For letters that wait while the portal is upgraded."""
    return timezone.now() + timedelta(days=3)


class Migration(migrations.Migration):
    dependencies = [("common", "0004_links_and_unsubscriptions")]

    operations = [
        migrations.AddField(
            "outgoingmail",
            "give_up_at",
            models.DateTimeField(
                default=in_three_days,
                help_text="From then on it is of no use to its reader",
                verbose_name="to be given up",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            "outgoingmail",
            "put_off",
            models.PositiveSmallIntegerField(default=0, verbose_name="put off by the server"),
        ),
        migrations.AddField(
            "outgoingmail",
            "unclear",
            models.PositiveSmallIntegerField(default=0, verbose_name="attempts with unclear end"),
        ),
    ]
