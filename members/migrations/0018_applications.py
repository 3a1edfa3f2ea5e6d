"""Applications for membership: the terms and questions by kind, edited by the office, and what applicants say."""

import datetime
from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
import simple_history.models
import yaml
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

import common.one_line
import common.private_files
import members.models.application

WRITTEN_ON = datetime.date(2026, 11, 22)
DATA = Path(__file__).resolve().parents[1] / "data"


def fill(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    joining = yaml.safe_load((DATA / "joining_1.yaml").read_text(encoding="utf-8"))
    for kind, words in joining["conditions"].items():
        apps.get_model("members", "JoinConditions").objects.create(kind=kind, **words)
    for number, question in enumerate(joining["questions"], start=1):
        apps.get_model("members", "Question").objects.create(position=number * 10, **question)
    for purpose, words in yaml.safe_load((DATA / "consents_2.yaml").read_text(encoding="utf-8")).items():
        apps.get_model("members", "ConsentText").objects.create(
            purpose=purpose, version=1, in_force_from=WRITTEN_ON, **words
        )


def empty(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Of what stays when the tables have gone."""
    apps.get_model("members", "ConsentText").objects.filter(purpose="application").delete()


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0017_fees_and_periods"),
    ]

    operations = [
        migrations.CreateModel(
            name="JoinConditions",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("school", "School"),
                            ("college", "College"),
                            ("university", "University"),
                            ("company", "Company"),
                            ("research_institute", "Research institute"),
                            ("nonprofit", "Foundation or non-profit"),
                            ("authority", "Public authority"),
                            ("technopark_operator", "Technopark operator"),
                            ("consortium", "Cluster or consortium"),
                        ],
                        max_length=20,
                        unique=True,
                        verbose_name="kind",
                    ),
                ),
                ("summary", models.CharField(max_length=300, verbose_name="in one sentence")),
                (
                    "summary_en",
                    models.CharField(blank=True, max_length=300, verbose_name="in one sentence, in English"),
                ),
                ("gets", common.one_line.LinesField(help_text="One a line", verbose_name="what it gets")),
                ("gets_en", common.one_line.LinesField(blank=True, verbose_name="what it gets, in English")),
                ("gives", common.one_line.LinesField(help_text="One a line", verbose_name="what it gives")),
                ("gives_en", common.one_line.LinesField(blank=True, verbose_name="what it gives, in English")),
                ("asked", common.one_line.LinesField(help_text="One a line", verbose_name="what it is asked")),
                ("asked_en", common.one_line.LinesField(blank=True, verbose_name="what it is asked, in English")),
                ("is_open", models.BooleanField(default=True, verbose_name="applications are taken")),
            ],
            options={
                "verbose_name": "terms of joining",
                "verbose_name_plural": "terms of joining",
                "ordering": ["kind"],
            },
        ),
        migrations.AlterField(
            model_name="consenttext",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("account", "Processing of personal data for an account"),
                    ("publication", "Publication of personal data of a person in a public role"),
                    ("news", "News and invitations by e-mail"),
                    ("application", "Processing of personal data in an application for membership"),
                ],
                max_length=12,
                verbose_name="purpose",
            ),
        ),
        migrations.CreateModel(
            name="HistoricalJoinConditions",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("school", "School"),
                            ("college", "College"),
                            ("university", "University"),
                            ("company", "Company"),
                            ("research_institute", "Research institute"),
                            ("nonprofit", "Foundation or non-profit"),
                            ("authority", "Public authority"),
                            ("technopark_operator", "Technopark operator"),
                            ("consortium", "Cluster or consortium"),
                        ],
                        db_index=True,
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                ("summary", models.CharField(max_length=300, verbose_name="in one sentence")),
                (
                    "summary_en",
                    models.CharField(blank=True, max_length=300, verbose_name="in one sentence, in English"),
                ),
                ("gets", common.one_line.LinesField(help_text="One a line", verbose_name="what it gets")),
                ("gets_en", common.one_line.LinesField(blank=True, verbose_name="what it gets, in English")),
                ("gives", common.one_line.LinesField(help_text="One a line", verbose_name="what it gives")),
                ("gives_en", common.one_line.LinesField(blank=True, verbose_name="what it gives, in English")),
                ("asked", common.one_line.LinesField(help_text="One a line", verbose_name="what it is asked")),
                ("asked_en", common.one_line.LinesField(blank=True, verbose_name="what it is asked, in English")),
                ("is_open", models.BooleanField(default=True, verbose_name="applications are taken")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical terms of joining",
                "verbose_name_plural": "historical terms of joining",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalQuestion",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "key",
                    models.SlugField(
                        help_text="Never changed: answers are kept under it", max_length=40, verbose_name="key"
                    ),
                ),
                (
                    "kinds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("school", "School"),
                                ("college", "College"),
                                ("university", "University"),
                                ("company", "Company"),
                                ("research_institute", "Research institute"),
                                ("nonprofit", "Foundation or non-profit"),
                                ("authority", "Public authority"),
                                ("technopark_operator", "Technopark operator"),
                                ("consortium", "Cluster or consortium"),
                            ],
                            max_length=20,
                        ),
                        size=None,
                        verbose_name="asked of",
                    ),
                ),
                (
                    "type",
                    models.CharField(
                        choices=[
                            ("line", "One line"),
                            ("text", "Long text"),
                            ("number", "Whole number"),
                            ("date", "Date"),
                            ("yes_no", "Yes or no"),
                            ("choice", "One of the choices"),
                            ("several", "Several of the choices"),
                            ("file", "Document"),
                        ],
                        default="line",
                        max_length=8,
                        verbose_name="type of answer",
                    ),
                ),
                ("label", models.CharField(max_length=200, verbose_name="question")),
                ("label_en", models.CharField(blank=True, max_length=200, verbose_name="question in English")),
                ("help", models.CharField(blank=True, max_length=300, verbose_name="help")),
                ("help_en", models.CharField(blank=True, max_length=300, verbose_name="help in English")),
                ("choices", common.one_line.LinesField(blank=True, help_text="One a line", verbose_name="choices")),
                (
                    "choices_en",
                    common.one_line.LinesField(
                        blank=True, help_text="In the same order", verbose_name="choices in English"
                    ),
                ),
                ("is_required", models.BooleanField(default=False, verbose_name="must be answered")),
                ("position", models.PositiveSmallIntegerField(default=100, verbose_name="order")),
                ("is_active", models.BooleanField(default=True, verbose_name="asked now")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical question to applicants",
                "verbose_name_plural": "historical questions to applicants",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="MembershipApplication",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("school", "School"),
                            ("college", "College"),
                            ("university", "University"),
                            ("company", "Company"),
                            ("research_institute", "Research institute"),
                            ("nonprofit", "Foundation or non-profit"),
                            ("authority", "Public authority"),
                            ("technopark_operator", "Technopark operator"),
                            ("consortium", "Cluster or consortium"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail")),
                ("confirmed_at", models.DateTimeField(blank=True, null=True, verbose_name="e-mail confirmed")),
                (
                    "language",
                    models.CharField(
                        choices=[("ru", "Russian"), ("en", "English")],
                        default="ru",
                        max_length=2,
                        verbose_name="language",
                    ),
                ),
                (
                    "tier",
                    models.CharField(
                        choices=[
                            ("founder", "Founder"),
                            ("full", "Full member"),
                            ("associate", "Associate member"),
                            ("partner", "Partner"),
                        ],
                        default="full",
                        max_length=10,
                        verbose_name="tier asked for",
                    ),
                ),
                ("data", models.JSONField(blank=True, default=dict, verbose_name="as it was typed")),
                ("answers", models.JSONField(blank=True, default=list, verbose_name="as it was submitted")),
                ("name", common.one_line.OneLineField(blank=True, max_length=300, verbose_name="full name")),
                ("short_name", common.one_line.OneLineField(blank=True, max_length=80, verbose_name="short name")),
                ("inn", models.CharField(blank=True, max_length=12, verbose_name="INN")),
                ("ogrn", models.CharField(blank=True, max_length=15, verbose_name="OGRN")),
                ("number", models.CharField(blank=True, max_length=20, verbose_name="number")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("submitted", "Submitted"),
                            ("in_review", "In review"),
                            ("returned", "Returned with remarks"),
                            ("on_agenda", "On the agenda of the board"),
                            ("accepted", "Accepted"),
                            ("declined", "Declined"),
                            ("member", "Member"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="draft",
                        editable=False,
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "due_on",
                    models.DateField(
                        blank=True, help_text="Of the step that it is at", null=True, verbose_name="due by"
                    ),
                ),
                ("escalated_at", models.DateTimeField(blank=True, null=True, verbose_name="escalated")),
                ("reminded_at", models.DateTimeField(blank=True, null=True, verbose_name="applicant reminded")),
                ("submitted_at", models.DateTimeField(blank=True, null=True, verbose_name="submitted")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="begun")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="changed")),
                (
                    "applicant",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="applications",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="account of the applicant",
                    ),
                ),
                (
                    "consent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.consent",
                        verbose_name="consent",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="applications",
                        to="members.organisation",
                        verbose_name="organisation in the directory",
                    ),
                ),
            ],
            options={
                "verbose_name": "application for membership",
                "verbose_name_plural": "applications for membership",
                "ordering": ["-created_at", "-pk"],
                "permissions": [("decide_application", "Can review applications for membership")],
            },
        ),
        migrations.CreateModel(
            name="ApplicationMove",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("action", models.CharField(max_length=20, verbose_name="action")),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("submitted", "Submitted"),
                            ("in_review", "In review"),
                            ("returned", "Returned with remarks"),
                            ("on_agenda", "On the agenda of the board"),
                            ("accepted", "Accepted"),
                            ("declined", "Declined"),
                            ("member", "Member"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        max_length=10,
                        verbose_name="from",
                    ),
                ),
                (
                    "target",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("submitted", "Submitted"),
                            ("in_review", "In review"),
                            ("returned", "Returned with remarks"),
                            ("on_agenda", "On the agenda of the board"),
                            ("accepted", "Accepted"),
                            ("declined", "Declined"),
                            ("member", "Member"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        max_length=10,
                        verbose_name="to",
                    ),
                ),
                (
                    "who",
                    models.CharField(
                        choices=[
                            ("applicant", "Applicant"),
                            ("staff", "Office of the association"),
                            ("board", "Board"),
                            ("timer", "By the term"),
                        ],
                        max_length=9,
                        verbose_name="who",
                    ),
                ),
                ("who_named", models.CharField(blank=True, max_length=300, verbose_name="name at that time")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="time")),
                ("reason", models.TextField(blank=True, verbose_name="reason")),
                ("remarks", models.JSONField(blank=True, default=dict, verbose_name="remarks")),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="moves",
                        to="members.membershipapplication",
                        verbose_name="application for membership",
                    ),
                ),
            ],
            options={
                "verbose_name": "turn of an application",
                "verbose_name_plural": "turns of applications",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="Question",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "key",
                    models.SlugField(
                        help_text="Never changed: answers are kept under it",
                        max_length=40,
                        unique=True,
                        verbose_name="key",
                    ),
                ),
                (
                    "kinds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("school", "School"),
                                ("college", "College"),
                                ("university", "University"),
                                ("company", "Company"),
                                ("research_institute", "Research institute"),
                                ("nonprofit", "Foundation or non-profit"),
                                ("authority", "Public authority"),
                                ("technopark_operator", "Technopark operator"),
                                ("consortium", "Cluster or consortium"),
                            ],
                            max_length=20,
                        ),
                        size=None,
                        verbose_name="asked of",
                    ),
                ),
                (
                    "type",
                    models.CharField(
                        choices=[
                            ("line", "One line"),
                            ("text", "Long text"),
                            ("number", "Whole number"),
                            ("date", "Date"),
                            ("yes_no", "Yes or no"),
                            ("choice", "One of the choices"),
                            ("several", "Several of the choices"),
                            ("file", "Document"),
                        ],
                        default="line",
                        max_length=8,
                        verbose_name="type of answer",
                    ),
                ),
                ("label", models.CharField(max_length=200, verbose_name="question")),
                ("label_en", models.CharField(blank=True, max_length=200, verbose_name="question in English")),
                ("help", models.CharField(blank=True, max_length=300, verbose_name="help")),
                ("help_en", models.CharField(blank=True, max_length=300, verbose_name="help in English")),
                ("choices", common.one_line.LinesField(blank=True, help_text="One a line", verbose_name="choices")),
                (
                    "choices_en",
                    common.one_line.LinesField(
                        blank=True, help_text="In the same order", verbose_name="choices in English"
                    ),
                ),
                ("is_required", models.BooleanField(default=False, verbose_name="must be answered")),
                ("position", models.PositiveSmallIntegerField(default=100, verbose_name="order")),
                ("is_active", models.BooleanField(default=True, verbose_name="asked now")),
            ],
            options={
                "verbose_name": "question to applicants",
                "verbose_name_plural": "questions to applicants",
                "ordering": ["position", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kinds", []), _negated=True),
                        name="question_asked_of_somebody",
                        violation_error_message="Choose at least one kind of organisation.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("type__in", ("choice", "several")), models.Q(("choices", ""), _negated=True)),
                            models.Q(models.Q(("type__in", ("choice", "several")), _negated=True), ("choices", "")),
                            _connector="OR",
                        ),
                        name="question_choices_where_chosen",
                        violation_error_message="Choices belong to a question with choices, and only there.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ApplicationFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "file",
                    models.FileField(
                        storage=common.private_files.private_storage,
                        upload_to=members.models.application.new_file_name,
                        verbose_name="file",
                    ),
                ),
                ("original_name", models.CharField(max_length=150, verbose_name="name")),
                ("content_type", models.CharField(max_length=80, verbose_name="type")),
                ("size", models.PositiveIntegerField(verbose_name="size, bytes")),
                ("sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
                ("uploaded_at", models.DateTimeField(auto_now_add=True, verbose_name="uploaded")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="files",
                        to="members.membershipapplication",
                        verbose_name="application for membership",
                    ),
                ),
                (
                    "question",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="files",
                        to="members.question",
                        verbose_name="question",
                    ),
                ),
            ],
            options={
                "verbose_name": "document of an application",
                "verbose_name_plural": "documents of applications",
                "ordering": ["question__position", "pk"],
            },
        ),
        migrations.AddIndex(
            model_name="membershipapplication",
            index=models.Index(fields=["state", "due_on"], name="application_queue"),
        ),
        migrations.AddConstraint(
            model_name="membershipapplication",
            constraint=models.UniqueConstraint(
                condition=models.Q(("number", ""), _negated=True),
                fields=("number",),
                name="application_number",
                violation_error_message="Another application has this number.",
            ),
        ),
        migrations.AddConstraint(
            model_name="membershipapplication",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("state__in", ("submitted", "in_review", "returned", "on_agenda", "accepted")),
                    models.Q(("inn", ""), _negated=True),
                ),
                fields=("inn",),
                name="application_one_at_a_time",
                violation_error_message="An application of an organisation with this INN is under way already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="membershipapplication",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ("draft", "withdrawn")), models.Q(("number", ""), _negated=True), _connector="OR"
                ),
                name="application_submitted_has_a_number",
                violation_error_message="What was submitted has a number.",
            ),
        ),
        migrations.AddConstraint(
            model_name="applicationfile",
            constraint=models.UniqueConstraint(
                fields=("application", "question", "sha256"),
                name="application_file_once",
                violation_error_message="This document is attached already.",
            ),
        ),
        migrations.RunPython(fill, empty),
    ]
