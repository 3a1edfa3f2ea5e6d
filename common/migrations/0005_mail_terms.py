from datetime import timedelta

from django.db import migrations, models
from django.db.models.functions import Now


class Migration(migrations.Migration):
    """With defaults in the database: the release before this one still writes letters while hosts are upgraded."""

    dependencies = [("common", "0004_links_and_unsubscriptions")]

    operations = [
        migrations.AddField(
            "outgoingmail",
            "give_up_at",
            models.DateTimeField(
                db_default=Now() + timedelta(days=3),
                help_text="From then on it is of no use to its reader",
                verbose_name="to be given up",
            ),
        ),
        migrations.AddField(
            "outgoingmail",
            "put_off",
            models.PositiveSmallIntegerField(db_default=0, default=0, verbose_name="put off by the server"),
        ),
        migrations.AddField(
            "outgoingmail",
            "unclear",
            models.PositiveSmallIntegerField(db_default=0, default=0, verbose_name="attempts with unclear end"),
        ),
    ]
