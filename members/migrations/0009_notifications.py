"""What people are told of, and how they want to hear of it."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0008_organisation_order_in_english"),
    ]

    operations = [
        migrations.CreateModel(
            name="Notification",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("topic", models.CharField(max_length=40, verbose_name="topic")),
                ("key", models.CharField(max_length=150, verbose_name="key")),
                ("title", models.CharField(max_length=500, verbose_name="title")),
                ("text", models.TextField(blank=True, verbose_name="text")),
                ("link", models.CharField(blank=True, max_length=300, verbose_name="link")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="created")),
                ("read_at", models.DateTimeField(null=True, verbose_name="read")),
                ("in_digest", models.BooleanField(default=False, verbose_name="for the daily letter")),
                ("mailed_at", models.DateTimeField(null=True, verbose_name="mailed")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notifications",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "notification",
                "verbose_name_plural": "notifications",
                "ordering": ["-pk"],
                "indexes": [
                    models.Index(fields=["user", "-id"], name="notification_list"),
                    models.Index(condition=models.Q(("read_at", None)), fields=["user"], name="notification_unread"),
                    models.Index(
                        condition=models.Q(("in_digest", True), ("mailed_at", None), ("read_at", None)),
                        fields=["user", "id"],
                        name="notification_waiting",
                    ),
                    models.Index(fields=["created_at"], name="notification_age"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "key"),
                        name="notification_once",
                        violation_error_message="This person has been told of it already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("link", ""),
                            models.Q(("link__startswith", "/"), models.Q(("link__startswith", "//"), _negated=True)),
                            _connector="OR",
                        ),
                        name="notification_link_is_ours",
                        violation_error_message="A notification leads to a page of the portal only.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="NotificationChoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("topic", models.CharField(max_length=40, verbose_name="topic")),
                (
                    "how",
                    models.CharField(
                        choices=[("at_once", "At once"), ("digest", "In a daily letter"), ("never", "No letters")],
                        max_length=10,
                        verbose_name="how",
                    ),
                ),
                (
                    "before",
                    models.CharField(
                        blank=True,
                        choices=[("at_once", "At once"), ("digest", "In a daily letter"), ("never", "No letters")],
                        help_text="What the link of a letter has changed",
                        max_length=10,
                        verbose_name="before",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notification_choices",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "choice of notifications",
                "verbose_name_plural": "choices of notifications",
                "ordering": ["user", "topic"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "topic"),
                        name="notification_choice_once",
                        violation_error_message="This person has chosen for this topic already.",
                    )
                ],
            },
        ),
    ]
