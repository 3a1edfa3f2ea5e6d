"""Links for people without an account, and what they have unsubscribed from."""

from django.db import migrations, models

import common.models.links


class Migration(migrations.Migration):
    dependencies = [
        ("common", "0003_idempotency_keys"),
    ]

    operations = [
        migrations.AlterField(
            model_name="outgoingmail",
            name="state",
            field=models.CharField(
                choices=[
                    ("queued", "Queued"),
                    ("sending", "Being sent"),
                    ("sent", "Sent"),
                    ("retry", "To be tried again"),
                    ("failed", "Failed"),
                    ("unknown", "Unknown"),
                    ("unwanted", "Not wanted any more"),
                ],
                default="queued",
                max_length=10,
                verbose_name="state",
            ),
        ),
        migrations.CreateModel(
            name="SignedLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("purpose", models.CharField(max_length=40, verbose_name="purpose")),
                (
                    "subject",
                    models.CharField(
                        help_text="Whom or what it is about, as its purpose writes it",
                        max_length=400,
                        verbose_name="concerns",
                    ),
                ),
                (
                    "key",
                    models.CharField(default=common.models.links.new_key, editable=False, max_length=16, unique=True),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                ("expires_at", models.DateTimeField(blank=True, null=True, verbose_name="expires")),
                ("revoked_at", models.DateTimeField(blank=True, null=True, verbose_name="revoked")),
            ],
            options={
                "verbose_name": "signed link",
                "verbose_name_plural": "signed links",
                "ordering": ["-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("revoked_at", None)),
                        fields=("subject", "purpose"),
                        name="link_one_standing",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Unsubscription",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("purpose", models.CharField(max_length=40, verbose_name="purpose")),
                ("address", models.EmailField(max_length=254, verbose_name="address")),
                ("since", models.DateTimeField(auto_now_add=True, verbose_name="since")),
            ],
            options={
                "verbose_name": "unsubscription",
                "verbose_name_plural": "unsubscriptions",
                "ordering": ["-since"],
                "constraints": [models.UniqueConstraint(fields=("address", "purpose"), name="unsubscription_once")],
            },
        ),
    ]
