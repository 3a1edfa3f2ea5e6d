"""Changes of profiles, which editors may decide on, whether a profile still holds, and the ladder of partners."""

import django.db.models.deletion
import django.utils.timezone
from django.apps import apps as installed
from django.apps.registry import Apps
from django.conf import settings
from django.contrib.auth.management import create_permissions
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

import common.private_files

EDITORS_MAY = ("view_profilechange", "change_profilechange", "view_profilereminder")


def let_editors_decide(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    # Django makes permissions only after all migrations; made here by the same function, they are not made twice.
    create_permissions(installed.get_app_config("members"), verbosity=0, apps=apps)
    group, _made = apps.get_model("auth", "Group").objects.get_or_create(name="editors")
    permissions = apps.get_model("auth", "Permission").objects.filter(content_type__app_label="members")
    group.permissions.add(*permissions.filter(codename__in=EDITORS_MAY))


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0018_applications"),
    ]

    operations = [
        migrations.AddField(
            model_name="historicalorganisation",
            name="profile_confirmed_on",
            field=models.DateField(blank=True, editable=False, null=True, verbose_name="profile confirmed on"),
        ),
        migrations.AddField(
            model_name="organisation",
            name="profile_confirmed_on",
            field=models.DateField(blank=True, editable=False, null=True, verbose_name="profile confirmed on"),
        ),
        migrations.CreateModel(
            name="Partnership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "step",
                    models.CharField(
                        choices=[
                            ("interest", "Interest"),
                            ("support", "Support"),
                            ("agreement", "Agreement"),
                            ("closed", "Closed"),
                        ],
                        default="interest",
                        editable=False,
                        max_length=10,
                        verbose_name="step",
                    ),
                ),
                ("next_step", models.CharField(blank=True, max_length=200, verbose_name="next step")),
                ("next_on", models.DateField(blank=True, null=True, verbose_name="by which day")),
                (
                    "closed_reason",
                    models.CharField(blank=True, editable=False, max_length=300, verbose_name="why it was closed"),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="entered")),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="partnerships",
                        to="members.organisation",
                        verbose_name="organisation",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        limit_choices_to={"is_active": True, "is_staff": True},
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
                    ),
                ),
                (
                    "with_organisation",
                    models.ForeignKey(
                        help_text="The association, or a cluster of it",
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="partners",
                        to="members.organisation",
                        verbose_name="partner of",
                    ),
                ),
            ],
            options={
                "verbose_name": "partnership",
                "verbose_name_plural": "partnerships",
                "ordering": [models.OrderBy(models.F("next_on"), nulls_last=True), "pk"],
            },
        ),
        migrations.CreateModel(
            name="PartnershipMove",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "step",
                    models.CharField(
                        choices=[
                            ("interest", "Interest"),
                            ("support", "Support"),
                            ("agreement", "Agreement"),
                            ("closed", "Closed"),
                        ],
                        max_length=10,
                        verbose_name="step",
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="time")),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="reason")),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="moved by",
                    ),
                ),
                (
                    "partnership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="moves",
                        to="members.partnership",
                        verbose_name="partnership",
                    ),
                ),
            ],
            options={
                "verbose_name": "move of a partnership",
                "verbose_name_plural": "moves of partnerships",
                "ordering": ["at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="PartnershipNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="time")),
                ("text", models.TextField(max_length=2000, verbose_name="note")),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="written by",
                    ),
                ),
                (
                    "partnership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notes",
                        to="members.partnership",
                        verbose_name="partnership",
                    ),
                ),
            ],
            options={
                "verbose_name": "note on a partnership",
                "verbose_name_plural": "notes on partnerships",
                "ordering": ["-at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="ProfileChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("proposed_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="proposed")),
                ("before", models.JSONField(default=dict, verbose_name="as it was")),
                ("after", models.JSONField(default=dict, verbose_name="as proposed")),
                (
                    "new_logo",
                    models.FileField(
                        blank=True, storage=common.private_files.private_storage, upload_to="", verbose_name="new logo"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waits for the check"),
                            ("accepted", "Accepted"),
                            ("declined", "Declined"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("accepted_fields", models.JSONField(default=list, verbose_name="what was accepted")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="decided")),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="reason")),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="decided by",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="profile_changes",
                        to="members.organisation",
                        verbose_name="organisation",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="proposed by",
                    ),
                ),
            ],
            options={
                "verbose_name": "change of a profile",
                "verbose_name_plural": "changes of profiles",
                "ordering": ["-proposed_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="ProfileReminder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField(verbose_name="year")),
                ("asked_on", models.DateField(default=django.utils.timezone.localdate, verbose_name="asked on")),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="profile_reminders",
                        to="members.organisation",
                        verbose_name="organisation",
                    ),
                ),
            ],
            options={
                "verbose_name": "request to confirm a profile",
                "verbose_name_plural": "requests to confirm profiles",
                "ordering": ["-asked_on", "-pk"],
            },
        ),
        migrations.AddConstraint(
            model_name="partnership",
            constraint=models.UniqueConstraint(
                condition=models.Q(("step", "closed"), _negated=True),
                fields=("organisation", "with_organisation"),
                name="partnership_one_open",
                violation_error_message="This organisation stands on the ladder already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="partnership",
            constraint=models.CheckConstraint(
                condition=models.Q(("organisation", models.F("with_organisation")), _negated=True),
                name="partnership_of_two",
                violation_error_message="An organisation is no partner of itself.",
            ),
        ),
        migrations.AddConstraint(
            model_name="partnership",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("step", "closed"), _negated=True),
                    models.Q(("closed_reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="partnership_closed_with_reason",
                violation_error_message="Say why the partnership is closed.",
            ),
        ),
        migrations.AddConstraint(
            model_name="partnership",
            constraint=models.CheckConstraint(
                condition=models.Q(("next_on", None), models.Q(("next_step", ""), _negated=True), _connector="OR"),
                name="partnership_day_of_a_step",
                violation_error_message="A day needs a next step.",
            ),
        ),
        migrations.AddConstraint(
            model_name="profilechange",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "waiting")),
                fields=("organisation",),
                name="profile_change_one_waiting",
                violation_error_message="A change of this profile waits for the check already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="profilechange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ("accepted", "declined")), _negated=True),
                    ("decided_at__isnull", False),
                    _connector="OR",
                ),
                name="profile_change_decided_at",
                violation_error_message="A decision needs the time at which it was taken.",
            ),
        ),
        migrations.AddConstraint(
            model_name="profilechange",
            constraint=models.CheckConstraint(
                condition=models.Q(("state", "waiting"), ("new_logo", ""), _connector="OR"),
                name="profile_change_keeps_no_logo",
                violation_error_message="The file of a logo is kept only until the decision.",
            ),
        ),
        migrations.AddConstraint(
            model_name="profilereminder",
            constraint=models.UniqueConstraint(
                fields=("organisation", "year"),
                name="profile_reminder_once_a_year",
                violation_error_message="The organisation was asked this year.",
            ),
        ),
        migrations.RunPython(let_editors_decide, migrations.RunPython.noop),
    ]
