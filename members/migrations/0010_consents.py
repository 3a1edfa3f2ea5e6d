"""Versioned texts of consents, who agreed to which, and what a publication is based on."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import common.html


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0009_notifications"),
    ]

    operations = [
        migrations.CreateModel(
            name="Consent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "item",
                    models.CharField(
                        blank=True,
                        choices=[("name", "Name"), ("position", "Position")],
                        max_length=10,
                        verbose_name="item",
                    ),
                ),
                (
                    "way",
                    models.CharField(
                        choices=[("page", "On a page of the portal"), ("paper", "On paper")],
                        default="page",
                        max_length=5,
                        verbose_name="how",
                    ),
                ),
                (
                    "paper",
                    models.CharField(
                        blank=True, help_text="Where it is kept: folder and sheet", max_length=200, verbose_name="paper"
                    ),
                ),
                ("given_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="given")),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True, verbose_name="withdrawn")),
            ],
            options={
                "verbose_name": "consent",
                "verbose_name_plural": "consents",
                "ordering": ["-given_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="ConsentText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("account", "Processing of personal data for an account"),
                            ("publication", "Publication of personal data of a person in a public role"),
                            ("news", "News and invitations by e-mail"),
                        ],
                        max_length=12,
                        verbose_name="purpose",
                    ),
                ),
                ("version", models.PositiveSmallIntegerField(editable=False, verbose_name="version")),
                ("text", common.html.RichTextField(verbose_name="text")),
                ("text_en", common.html.RichTextField(verbose_name="text in English")),
                (
                    "in_force_from",
                    models.DateField(default=django.utils.timezone.localdate, verbose_name="in force from"),
                ),
            ],
            options={
                "verbose_name": "text of a consent",
                "verbose_name_plural": "texts of consents",
                "ordering": ["purpose", "-version"],
            },
        ),
        migrations.AddField(
            model_name="historicalpublicperson",
            name="basis",
            field=models.CharField(
                choices=[("consent", "The person's consent to publication"), ("source", "A public source")],
                db_default="consent",
                default="consent",
                help_text="152-FZ, art. 6 and 10.1: without a consent to the name the person is not shown",
                max_length=7,
                verbose_name="basis of the publication",
            ),
        ),
        migrations.AddField(
            model_name="historicalpublicperson",
            name="source",
            field=models.CharField(
                blank=True,
                db_default="",
                help_text="The address of the page, or the name and the day of the publication",
                max_length=300,
                verbose_name="public source",
            ),
        ),
        migrations.AddField(
            model_name="historicalpublicperson",
            name="user",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                help_text="Whoever has one decides in it what is published",
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="account",
            ),
        ),
        migrations.AddField(
            model_name="publicperson",
            name="basis",
            field=models.CharField(
                choices=[("consent", "The person's consent to publication"), ("source", "A public source")],
                db_default="consent",
                default="consent",
                help_text="152-FZ, art. 6 and 10.1: without a consent to the name the person is not shown",
                max_length=7,
                verbose_name="basis of the publication",
            ),
        ),
        migrations.AddField(
            model_name="publicperson",
            name="source",
            field=models.CharField(
                blank=True,
                db_default="",
                help_text="The address of the page, or the name and the day of the publication",
                max_length=300,
                verbose_name="public source",
            ),
        ),
        migrations.AddField(
            model_name="publicperson",
            name="user",
            field=models.ForeignKey(
                blank=True,
                help_text="Whoever has one decides in it what is published",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="public_roles",
                to=settings.AUTH_USER_MODEL,
                verbose_name="account",
            ),
        ),
        migrations.AlterField(
            model_name="historicalpublicperson",
            name="is_published",
            field=models.BooleanField(
                default=False,
                help_text="The decision of the office; the basis is asked besides",
                verbose_name="published",
            ),
        ),
        migrations.AlterField(
            model_name="publicperson",
            name="is_published",
            field=models.BooleanField(
                default=False,
                help_text="The decision of the office; the basis is asked besides",
                verbose_name="published",
            ),
        ),
        migrations.AddConstraint(
            model_name="publicperson",
            constraint=models.CheckConstraint(
                condition=models.Q(("basis", "consent"), models.Q(("source", ""), _negated=True), _connector="OR"),
                name="public_person_source_named",
                violation_error_message="Name the public source.",
            ),
        ),
        migrations.AddField(
            model_name="consent",
            name="public_person",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="consents",
                to="members.publicperson",
                verbose_name="person in a public role",
            ),
        ),
        migrations.AddField(
            model_name="consent",
            name="recorded_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="entered by",
            ),
        ),
        migrations.AddField(
            model_name="consent",
            name="user",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="consents",
                to=settings.AUTH_USER_MODEL,
                verbose_name="person",
            ),
        ),
        migrations.AddConstraint(
            model_name="consenttext",
            constraint=models.UniqueConstraint(
                fields=("purpose", "version"),
                name="consent_text_version",
                violation_error_message="There is already a text with this version.",
            ),
        ),
        migrations.AddField(
            model_name="consent",
            name="text",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="consents",
                to="members.consenttext",
                verbose_name="text",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.UniqueConstraint(
                condition=models.Q(("item", ""), ("withdrawn_at", None)),
                fields=("user", "text"),
                name="consent_once_a_text",
                violation_error_message="This consent stands already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.UniqueConstraint(
                condition=models.Q(("withdrawn_at", None), models.Q(("item", ""), _negated=True)),
                fields=("public_person", "item"),
                name="consent_once_an_item",
                violation_error_message="This consent stands already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(("way", "page"), models.Q(("paper", ""), _negated=True), _connector="OR"),
                name="consent_on_paper_says_where_it_is",
                violation_error_message="A consent on paper needs the place where it is kept.",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("withdrawn_at", None), ("withdrawn_at__gte", models.F("given_at")), _connector="OR"
                ),
                name="consent_given_before_withdrawn",
                violation_error_message="A consent cannot be withdrawn before it is given.",
            ),
        ),
    ]
