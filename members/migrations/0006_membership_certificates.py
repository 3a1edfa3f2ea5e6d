"""Certificates of membership."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import members.models.certificate


class Migration(migrations.Migration):
    dependencies = [
        ("common", "0002_documents_and_numbers"),
        ("members", "0005_records_and_rules"),
    ]

    operations = [
        migrations.CreateModel(
            name="MembershipCertificate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(help_text="2026-0007", max_length=20, unique=True, verbose_name="number")),
                (
                    "code",
                    models.CharField(
                        default=members.models.certificate.new_code, max_length=19, unique=True, verbose_name="code"
                    ),
                ),
                ("name", models.CharField(max_length=300, verbose_name="full name")),
                ("name_en", models.CharField(blank=True, max_length=300, verbose_name="full name in English")),
                (
                    "tier",
                    models.CharField(
                        choices=[
                            ("founder", "Founder"),
                            ("full", "Full member"),
                            ("associate", "Associate member"),
                            ("partner", "Partner"),
                        ],
                        max_length=10,
                        verbose_name="tier",
                    ),
                ),
                ("member_since", models.DateField(null=True, verbose_name="member since")),
                ("issued_on", models.DateField(verbose_name="issued on")),
                ("withdrawn_on", models.DateField(null=True, verbose_name="withdrawn on")),
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
                    "issued_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="issued by",
                    ),
                ),
                (
                    "membership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="certificates",
                        to="members.membership",
                        verbose_name="membership",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="certificates",
                        to="members.organisation",
                        verbose_name="organisation",
                    ),
                ),
                (
                    "replaced_by",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaces",
                        to="members.membershipcertificate",
                        verbose_name="replaced by",
                    ),
                ),
            ],
            options={
                "verbose_name": "certificate of membership",
                "verbose_name_plural": "certificates of membership",
                "ordering": ["-issued_on", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_on", None)),
                        fields=("membership",),
                        name="certificate_one_standing",
                        violation_error_message="This membership already has a certificate.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("replaced_by", None), ("withdrawn_on__isnull", False), _connector="OR"),
                        name="certificate_replaced_is_withdrawn",
                        violation_error_message="A certificate that was replaced needs the day on which it was.",
                    ),
                ],
            },
        ),
    ]
