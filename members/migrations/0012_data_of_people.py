"""Copies of people's data, and acts of their destruction."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import common.private_files


class Migration(migrations.Migration):
    dependencies = [
        ("common", "0002_documents_and_numbers"),
        ("members", "0011_consent_texts"),
    ]

    operations = [
        migrations.AddField(
            model_name="historicaluser",
            name="erased_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="erased"),
        ),
        migrations.AddField(
            model_name="user",
            name="erased_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="erased"),
        ),
        migrations.CreateModel(
            name="ErasureAct",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(help_text="2026-0007", max_length=20, unique=True, verbose_name="number")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="time")),
                ("reason", models.CharField(max_length=300, verbose_name="reason")),
                (
                    "log",
                    models.JSONField(
                        help_text="What was destroyed, in how many rows, and when", verbose_name="extract of the log"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="entered by",
                    ),
                ),
                (
                    "document",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="common.document",
                        verbose_name="document",
                    ),
                ),
                (
                    "erased",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="erasure",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "act of erasure",
                "verbose_name_plural": "acts of erasure",
                "ordering": ["-at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="DataExport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("requested_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="asked for")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Being prepared"),
                            ("ready", "Ready"),
                            ("failed", "Could not be prepared yet"),
                            ("expired", "No longer kept"),
                        ],
                        default="queued",
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
                ("made_at", models.DateTimeField(null=True, verbose_name="made")),
                ("expires_at", models.DateTimeField(null=True, verbose_name="kept until")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="data_exports",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "copy of a person's data",
                "verbose_name_plural": "copies of people's data",
                "ordering": ["-requested_at", "-pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ("queued", "failed"))),
                        fields=["due_at", "id"],
                        name="data_export_pending",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ("queued", "failed"))),
                        fields=("user",),
                        name="data_export_one_at_a_time",
                        violation_error_message="A copy is being prepared already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "ready"), _negated=True),
                            models.Q(
                                models.Q(("file", ""), _negated=True),
                                ("made_at__isnull", False),
                                ("expires_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="data_export_ready_has_file",
                        violation_error_message="A copy that is ready has a file and the day until which it is kept.",
                    ),
                ],
            },
        ),
    ]
