"""Documents that a program typesets, and numbers without gaps."""

import uuid

import django.core.serializers.json
import django.utils.timezone
from django.db import migrations, models

import common.private_files


class Migration(migrations.Migration):
    dependencies = [
        ("common", "0001_mail_and_jobs"),
    ]

    operations = [
        migrations.CreateModel(
            name="NumberSeries",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(help_text="certificate 2026", max_length=60, unique=True)),
                ("last", models.PositiveIntegerField(default=0)),
            ],
            options={
                "verbose_name": "series of numbers",
                "verbose_name_plural": "series of numbers",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Document",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "template",
                    models.CharField(
                        help_text="pdf/members/membership_certificate.typ", max_length=100, verbose_name="template"
                    ),
                ),
                ("data", models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder, verbose_name="data")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="ordered")),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "Being made"), ("made", "Made"), ("failed", "Could not be made yet")],
                        default="waiting",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("due_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="next try")),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="attempts")),
                ("error", models.TextField(blank=True, verbose_name="last error")),
                (
                    "file",
                    models.FileField(
                        blank=True, storage=common.private_files.private_storage, upload_to="", verbose_name="file"
                    ),
                ),
                ("sha256", models.CharField(blank=True, max_length=64, verbose_name="SHA-256")),
                ("made_at", models.DateTimeField(null=True, verbose_name="made")),
            ],
            options={
                "verbose_name": "document",
                "verbose_name_plural": "documents",
                "ordering": ["-pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "made"), _negated=True),
                        fields=["due_at", "id"],
                        name="document_not_made",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "made"), _negated=True),
                            models.Q(
                                models.Q(("file", ""), _negated=True),
                                models.Q(("sha256", ""), _negated=True),
                                ("made_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="document_made_has_file",
                    )
                ],
            },
        ),
    ]
