"""Who of the staff looked at whose data."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("common", "0005_mail_terms"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PersonalDataView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("office", "The office of the association"),
                            ("administrator", "An administrator of the portal"),
                        ],
                        max_length=15,
                        verbose_name="in which role",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("page", "Page of a record"),
                            ("history", "History of a record"),
                            ("letter", "A letter as it was sent"),
                        ],
                        max_length=10,
                        verbose_name="what was seen",
                    ),
                ),
                ("record", models.CharField(help_text="members.user", max_length=100, verbose_name="kind of record")),
                ("address", models.CharField(max_length=300, verbose_name="address of the page")),
                ("at", models.DateTimeField(db_index=True, default=django.utils.timezone.now, verbose_name="time")),
                (
                    "person",
                    models.ForeignKey(
                        help_text="Empty where the data are of somebody without an account",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="views_by_staff",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="whose data",
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who looked",
                    ),
                ),
            ],
            options={
                "verbose_name": "view of personal data",
                "verbose_name_plural": "views of personal data",
                "ordering": ["-at", "-pk"],
            },
        ),
    ]
