"""Accounts have a history; the database refuses an organisation without an address and half a place on the map."""

import django.db.models.deletion
import django.utils.timezone
import simple_history.models
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models

import members.models.organisation
import members.models.representative

REPAIR = """
UPDATE members_organisation SET slug = 'organisation-' || id WHERE slug = '';
UPDATE members_region SET tile_row = NULL, tile_column = NULL WHERE (tile_row IS NULL) <> (tile_column IS NULL);
"""


class Migration(migrations.Migration):
    atomic = False  # or the lock of a new constraint would last until every row is checked

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("members", "0004_editors_group"),
    ]

    operations = [
        migrations.CreateModel(
            name="HistoricalUser",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                (
                    "email",
                    models.EmailField(
                        db_index=True,
                        error_messages={"unique": "There is already an account with this e-mail."},
                        max_length=254,
                        verbose_name="e-mail",
                    ),
                ),
                ("last_name", models.CharField(blank=True, max_length=100, verbose_name="last name")),
                ("first_name", models.CharField(blank=True, max_length=100, verbose_name="first name")),
                ("patronymic", models.CharField(blank=True, max_length=100, verbose_name="patronymic")),
                (
                    "language",
                    models.CharField(
                        choices=[("ru", "Русский"), ("en", "English")],
                        default="ru",
                        max_length=2,
                        verbose_name="language",
                    ),
                ),
                ("is_staff", models.BooleanField(default=False, verbose_name="works in the association's office")),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "date_joined",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="signed up"),
                ),
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
                "verbose_name": "historical person",
                "verbose_name_plural": "historical people",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalUser_groups",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("m2m_history_id", models.AutoField(primary_key=True, serialize=False)),
                (
                    "group",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_tablespace="",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="auth.group",
                    ),
                ),
                (
                    "history",
                    models.ForeignKey(
                        db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, to="members.historicaluser"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_tablespace="",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "HistoricalUser_groups",
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.AlterField(
            model_name="historicalorganisation",
            name="inn",
            field=members.models.organisation.NumberField(
                blank=True, max_length=12, validators=[members.models.organisation.validate_inn], verbose_name="INN"
            ),
        ),
        migrations.AlterField(
            model_name="historicalorganisation",
            name="ogrn",
            field=members.models.organisation.NumberField(
                blank=True, max_length=15, validators=[members.models.organisation.validate_ogrn], verbose_name="OGRN"
            ),
        ),
        migrations.AlterField(
            model_name="historicalorganisation",
            name="website",
            field=members.models.organisation.WebsiteField(blank=True, verbose_name="website"),
        ),
        migrations.AlterField(
            model_name="historicalrepresentative",
            name="ended_at",
            field=models.DateTimeField(
                blank=True,
                help_text="Not ahead: an ended role is without any right at once",
                null=True,
                validators=[members.models.representative.validate_no_later_than_now],
                verbose_name="ended",
            ),
        ),
        migrations.AlterField(
            model_name="organisation",
            name="inn",
            field=members.models.organisation.NumberField(
                blank=True, max_length=12, validators=[members.models.organisation.validate_inn], verbose_name="INN"
            ),
        ),
        migrations.AlterField(
            model_name="organisation",
            name="ogrn",
            field=members.models.organisation.NumberField(
                blank=True, max_length=15, validators=[members.models.organisation.validate_ogrn], verbose_name="OGRN"
            ),
        ),
        migrations.AlterField(
            model_name="organisation",
            name="website",
            field=members.models.organisation.WebsiteField(blank=True, verbose_name="website"),
        ),
        migrations.AlterField(
            model_name="representative",
            name="ended_at",
            field=models.DateTimeField(
                blank=True,
                help_text="Not ahead: an ended role is without any right at once",
                null=True,
                validators=[members.models.representative.validate_no_later_than_now],
                verbose_name="ended",
            ),
        ),
        migrations.AlterField(
            model_name="representative",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="representations",
                to=settings.AUTH_USER_MODEL,
                verbose_name="person",
            ),
        ),
        migrations.RunSQL(REPAIR, migrations.RunSQL.noop),
        AddConstraintNotValid(
            model_name="organisation",
            constraint=models.CheckConstraint(
                condition=models.Q(("slug", ""), _negated=True),
                name="organisation_slug_given",
                violation_error_message="An organisation needs an address of its own.",
            ),
        ),
        AddConstraintNotValid(
            model_name="region",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("tile_column", None), ("tile_row", None)),
                    models.Q(("tile_column__isnull", False), ("tile_row__isnull", False)),
                    _connector="OR",
                ),
                name="region_tile_whole",
                violation_error_message="A place on the map is a row and a column: give both or neither.",
            ),
        ),
        ValidateConstraint("organisation", "organisation_slug_given"),
        ValidateConstraint("region", "region_tile_whole"),
    ]
