"""Whom a notification is about; of those that were told before, the event is a row of the history of a role."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

OF_ROLES = """
UPDATE members_notification told SET about_id = person.id
FROM members_historicalrepresentative event JOIN members_user person ON person.id = event.user_id
WHERE told.key = 'role ' || event.history_id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0014_one_line_names"),
    ]

    operations = [
        migrations.AddField(
            model_name="notification",
            name="about",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="about whom",
            ),
        ),
        migrations.RunSQL(OF_ROLES, migrations.RunSQL.noop),
    ]
