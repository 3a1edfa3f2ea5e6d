"""The whole life of a membership, fees, periods and invoices; a membership in grace counts as well."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import simple_history.models
from django.conf import settings
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models

import members.models.invoice
import members.models.organisation

# Of migration 0002, where a membership counted only while it was active.
FILL_SEARCH = """
CREATE OR REPLACE FUNCTION members_organisation_fill_search() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    names text := concat_ws(' ', NEW.name, NEW.short_name, NEW.name_en, NEW.short_name_en);
    place text := concat_ws(' ', NEW.city, NEW.city_en);
    topics text := concat_ws(' ', members_organisation_kind_words(NEW.kind));
    prose text := regexp_replace(concat_ws(' ', NEW.about, NEW.about_en), '<[^>]+>', ' ', 'g');
    region members_region;
BEGIN
    IF NEW.region_id IS NOT NULL THEN
        SELECT * INTO region FROM members_region WHERE id = NEW.region_id;
        place := concat_ws(' ', place, region.name, region.name_en);
    END IF;
    SELECT coalesce(array_agg(direction.slug ORDER BY direction.position), '{}'),
           concat_ws(' ', topics, string_agg(concat_ws(' ', direction.name, direction.name_en), ' '))
    INTO NEW.direction_slugs, topics
    FROM members_organisation_directions AS link
    JOIN members_direction AS direction ON direction.id = link.direction_id
    WHERE link.organisation_id = NEW.id;
    SELECT membership.tier INTO NEW.tier
    FROM members_membership AS membership
    WHERE membership.organisation_id = NEW.id AND membership.status IN (COUNTING);
    NEW.tier := coalesce(NEW.tier, '');
    NEW.search_text := lower(translate(concat_ws(' ', names, place), 'ёЁ«»„“"', 'ее     '));
    NEW.search_vector :=
        setweight(to_tsvector('russian', translate(names, 'ёЁ', 'ее')), 'A') ||
        setweight(to_tsvector('russian', translate(place, 'ёЁ', 'ее')), 'B') ||
        setweight(to_tsvector('russian', translate(topics, 'ёЁ', 'ее')), 'C') ||
        setweight(to_tsvector('russian', translate(prose, 'ёЁ', 'ее')), 'D');
    RETURN NEW;
END
$$;
"""
COUNTING, ONLY_ACTIVE = (FILL_SEARCH.replace("COUNTING", statuses) for statuses in ("'active', 'grace'", "'active'"))


class Migration(migrations.Migration):
    dependencies = [
        ("common", "0007_attempts_of_jobs"),
        ("members", "0016_people_come_and_go"),
    ]

    operations = [
        BtreeGistExtension(),
        migrations.CreateModel(
            name="AssociationRequisites",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                (
                    "name",
                    models.CharField(
                        help_text="The full name, as the bank has it", max_length=160, verbose_name="recipient"
                    ),
                ),
                (
                    "inn",
                    members.models.organisation.NumberField(
                        max_length=12, validators=[members.models.organisation.validate_inn], verbose_name="INN"
                    ),
                ),
                (
                    "kpp",
                    models.CharField(
                        blank=True,
                        max_length=9,
                        validators=[
                            django.core.validators.RegexValidator(
                                "\\A[0-9]{4}[0-9A-Z]{2}[0-9]{3}\\Z", "A KPP has nine characters."
                            )
                        ],
                        verbose_name="KPP",
                    ),
                ),
                (
                    "account",
                    models.CharField(
                        max_length=20,
                        validators=[
                            django.core.validators.RegexValidator("\\A[0-9]{20}\\Z", "An account has 20 digits.")
                        ],
                        verbose_name="account",
                    ),
                ),
                ("bank", models.CharField(max_length=45, verbose_name="bank")),
                (
                    "bic",
                    models.CharField(
                        max_length=9,
                        validators=[
                            django.core.validators.RegexValidator(
                                "\\A04[0-9]{7}\\Z", "A BIC has nine digits and begins with 04."
                            )
                        ],
                        verbose_name="BIC",
                    ),
                ),
                (
                    "correspondent_account",
                    models.CharField(
                        max_length=20,
                        validators=[
                            django.core.validators.RegexValidator("\\A[0-9]{20}\\Z", "An account has 20 digits.")
                        ],
                        verbose_name="correspondent account",
                    ),
                ),
            ],
            options={
                "verbose_name": "bank details of the association",
                "verbose_name_plural": "bank details of the association",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Fee",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                (
                    "kind",
                    models.CharField(
                        blank=True,
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
                        help_text="Empty: all kinds for which nothing else stands here",
                        max_length=20,
                        verbose_name="kind of organisation",
                    ),
                ),
                (
                    "amount",
                    models.DecimalField(
                        decimal_places=2,
                        default=0,
                        max_digits=10,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="fee for a year, ₽",
                    ),
                ),
                ("exempt", models.BooleanField(default=False, verbose_name="no fee")),
                ("valid_from", models.DateField(default=django.utils.timezone.localdate, verbose_name="valid from")),
                (
                    "note",
                    models.CharField(
                        blank=True, help_text="For instance, the board's decision", max_length=300, verbose_name="note"
                    ),
                ),
            ],
            options={
                "verbose_name": "fee",
                "verbose_name_plural": "fees",
                "ordering": ["tier", "kind", "-valid_from"],
            },
        ),
        migrations.CreateModel(
            name="FeeReduction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "percent",
                    models.PositiveSmallIntegerField(
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(100),
                        ],
                        verbose_name="reduced by, %",
                    ),
                ),
                (
                    "basis",
                    models.CharField(
                        help_text="For instance, the board's decision", max_length=300, verbose_name="basis"
                    ),
                ),
                ("valid_from", models.DateField(default=django.utils.timezone.localdate, verbose_name="valid from")),
                ("valid_until", models.DateField(blank=True, null=True, verbose_name="valid until")),
            ],
            options={
                "verbose_name": "reduction of the fee",
                "verbose_name_plural": "reductions of the fee",
                "ordering": ["-valid_from", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="HistoricalAssociationRequisites",
            fields=[
                ("id", models.PositiveSmallIntegerField(db_index=True, default=1, editable=False)),
                (
                    "name",
                    models.CharField(
                        help_text="The full name, as the bank has it", max_length=160, verbose_name="recipient"
                    ),
                ),
                (
                    "inn",
                    members.models.organisation.NumberField(
                        max_length=12, validators=[members.models.organisation.validate_inn], verbose_name="INN"
                    ),
                ),
                (
                    "kpp",
                    models.CharField(
                        blank=True,
                        max_length=9,
                        validators=[
                            django.core.validators.RegexValidator(
                                "\\A[0-9]{4}[0-9A-Z]{2}[0-9]{3}\\Z", "A KPP has nine characters."
                            )
                        ],
                        verbose_name="KPP",
                    ),
                ),
                (
                    "account",
                    models.CharField(
                        max_length=20,
                        validators=[
                            django.core.validators.RegexValidator("\\A[0-9]{20}\\Z", "An account has 20 digits.")
                        ],
                        verbose_name="account",
                    ),
                ),
                ("bank", models.CharField(max_length=45, verbose_name="bank")),
                (
                    "bic",
                    models.CharField(
                        max_length=9,
                        validators=[
                            django.core.validators.RegexValidator(
                                "\\A04[0-9]{7}\\Z", "A BIC has nine digits and begins with 04."
                            )
                        ],
                        verbose_name="BIC",
                    ),
                ),
                (
                    "correspondent_account",
                    models.CharField(
                        max_length=20,
                        validators=[
                            django.core.validators.RegexValidator("\\A[0-9]{20}\\Z", "An account has 20 digits.")
                        ],
                        verbose_name="correspondent account",
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
            ],
            options={
                "verbose_name": "historical bank details of the association",
                "verbose_name_plural": "historical bank details of the association",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalFee",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
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
                (
                    "kind",
                    models.CharField(
                        blank=True,
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
                        help_text="Empty: all kinds for which nothing else stands here",
                        max_length=20,
                        verbose_name="kind of organisation",
                    ),
                ),
                (
                    "amount",
                    models.DecimalField(
                        decimal_places=2,
                        default=0,
                        max_digits=10,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="fee for a year, ₽",
                    ),
                ),
                ("exempt", models.BooleanField(default=False, verbose_name="no fee")),
                ("valid_from", models.DateField(default=django.utils.timezone.localdate, verbose_name="valid from")),
                (
                    "note",
                    models.CharField(
                        blank=True, help_text="For instance, the board's decision", max_length=300, verbose_name="note"
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
            ],
            options={
                "verbose_name": "historical fee",
                "verbose_name_plural": "historical fees",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalFeeReduction",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "percent",
                    models.PositiveSmallIntegerField(
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(100),
                        ],
                        verbose_name="reduced by, %",
                    ),
                ),
                (
                    "basis",
                    models.CharField(
                        help_text="For instance, the board's decision", max_length=300, verbose_name="basis"
                    ),
                ),
                ("valid_from", models.DateField(default=django.utils.timezone.localdate, verbose_name="valid from")),
                ("valid_until", models.DateField(blank=True, null=True, verbose_name="valid until")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
            ],
            options={
                "verbose_name": "historical reduction of the fee",
                "verbose_name_plural": "historical reductions of the fee",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Invoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(help_text="2026-0007", max_length=20, unique=True, verbose_name="number")),
                ("issued_on", models.DateField(verbose_name="issued on")),
                ("due_on", models.DateField(verbose_name="due by")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=10, verbose_name="amount, ₽")),
                ("payer", models.CharField(max_length=300, verbose_name="payer")),
                ("payer_inn", models.CharField(blank=True, max_length=12, verbose_name="INN of the payer")),
                (
                    "state",
                    models.CharField(
                        choices=[("issued", "Not paid"), ("paid", "Paid"), ("cancelled", "Cancelled")],
                        default="issued",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("paid_on", models.DateField(null=True, verbose_name="paid on")),
                ("cancelled_on", models.DateField(null=True, verbose_name="cancelled on")),
            ],
            options={
                "verbose_name": "invoice",
                "verbose_name_plural": "invoices",
                "ordering": ["-issued_on", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="MembershipPeriod",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField(verbose_name="from")),
                ("ends_on", models.DateField(verbose_name="to")),
            ],
            options={
                "verbose_name": "period of membership",
                "verbose_name_plural": "periods of membership",
                "ordering": ["-starts_on"],
            },
        ),
        migrations.CreateModel(
            name="MembershipReminder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("step", models.SmallIntegerField(help_text="Days from the last day to pay", verbose_name="step")),
                ("told_at", models.DateTimeField(auto_now_add=True, verbose_name="told at")),
            ],
            options={
                "verbose_name": "reminder of a fee",
                "verbose_name_plural": "reminders of fees",
                "ordering": ["period", "step"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="membership",
            name="membership_one_at_a_time",
        ),
        migrations.RemoveIndex(
            model_name="membership",
            name="membership_tier",
        ),
        migrations.AddField(
            model_name="membershipstatuschange",
            name="protocol",
            field=models.CharField(blank=True, db_default="", max_length=50, verbose_name="protocol of the board"),
        ),
        migrations.AddField(
            model_name="membershipstatuschange",
            name="protocol_on",
            field=models.DateField(blank=True, null=True, verbose_name="day of the protocol"),
        ),
        migrations.AlterField(
            model_name="historicalmembership",
            name="status",
            field=models.CharField(
                choices=[
                    ("active", "Active"),
                    ("grace", "Active, the fee is overdue"),
                    ("lapsed", "Lapsed: the fee was not paid"),
                    ("suspended", "Suspended"),
                    ("left", "Left of its own will"),
                    ("excluded", "Excluded by the board"),
                    ("ended", "Ended"),
                ],
                default="active",
                editable=False,
                max_length=10,
                verbose_name="status",
            ),
        ),
        migrations.AlterField(
            model_name="membership",
            name="status",
            field=models.CharField(
                choices=[
                    ("active", "Active"),
                    ("grace", "Active, the fee is overdue"),
                    ("lapsed", "Lapsed: the fee was not paid"),
                    ("suspended", "Suspended"),
                    ("left", "Left of its own will"),
                    ("excluded", "Excluded by the board"),
                    ("ended", "Ended"),
                ],
                default="active",
                editable=False,
                max_length=10,
                verbose_name="status",
            ),
        ),
        migrations.AlterField(
            model_name="membershipstatuschange",
            name="by",
            field=models.ForeignKey(
                help_text="Nobody: the clock of the portal",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="entered by",
            ),
        ),
        migrations.AlterField(
            model_name="membershipstatuschange",
            name="status",
            field=models.CharField(
                choices=[
                    ("active", "Active"),
                    ("grace", "Active, the fee is overdue"),
                    ("lapsed", "Lapsed: the fee was not paid"),
                    ("suspended", "Suspended"),
                    ("left", "Left of its own will"),
                    ("excluded", "Excluded by the board"),
                    ("ended", "Ended"),
                ],
                max_length=10,
                verbose_name="status",
            ),
        ),
        migrations.AddIndex(
            model_name="membership",
            index=models.Index(
                condition=models.Q(("status__in", ("active", "grace"))),
                fields=["tier", "organisation"],
                name="membership_running",
            ),
        ),
        migrations.AddIndex(
            model_name="membershipstatuschange",
            index=models.Index(fields=["membership", "on", "id"], include=("status",), name="membership_status_on"),
        ),
        migrations.AddConstraint(
            model_name="membershipstatuschange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "excluded"), _negated=True),
                    models.Q(models.Q(("protocol", ""), _negated=True), ("protocol_on__isnull", False)),
                    _connector="OR",
                ),
                name="membership_excluded_by_protocol",
                violation_error_message="Only the board excludes: name its protocol and the day.",
            ),
        ),
        migrations.AddConstraint(
            model_name="associationrequisites",
            constraint=models.CheckConstraint(
                condition=models.Q(("id", 1)),
                name="requisites_one_row",
                violation_error_message="The bank details are already here.",
            ),
        ),
        migrations.AddConstraint(
            model_name="fee",
            constraint=models.UniqueConstraint(
                fields=("tier", "kind", "valid_from"),
                name="fee_once_a_day",
                violation_error_message="A fee for this tier and kind from this day is already here.",
            ),
        ),
        migrations.AddConstraint(
            model_name="fee",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("amount", 0), ("exempt", True)),
                    models.Q(("amount__gt", 0), ("exempt", False)),
                    _connector="OR",
                ),
                name="fee_or_none",
                violation_error_message="Give an amount, or mark that there is no fee.",
            ),
        ),
        migrations.AddField(
            model_name="feereduction",
            name="membership",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="fee_reductions",
                to="members.membership",
                verbose_name="membership",
            ),
        ),
        migrations.AddField(
            model_name="historicalassociationrequisites",
            name="history_user",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="historicalfee",
            name="history_user",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="historicalfeereduction",
            name="history_user",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="historicalfeereduction",
            name="membership",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="members.membership",
                verbose_name="membership",
            ),
        ),
        migrations.AddField(
            model_name="invoice",
            name="document",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="common.document",
                verbose_name="document",
            ),
        ),
        migrations.AddField(
            model_name="invoice",
            name="marked_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="marked by",
            ),
        ),
        migrations.AddField(
            model_name="invoice",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="invoices",
                to="members.organisation",
                verbose_name="organisation",
            ),
        ),
        migrations.AddField(
            model_name="membershipperiod",
            name="membership",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="periods",
                to="members.membership",
                verbose_name="membership",
            ),
        ),
        migrations.AddField(
            model_name="invoice",
            name="period",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="invoices",
                to="members.membershipperiod",
                verbose_name="period",
            ),
        ),
        migrations.AddField(
            model_name="membershipreminder",
            name="period",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="reminders",
                to="members.membershipperiod",
                verbose_name="period",
            ),
        ),
        migrations.AddConstraint(
            model_name="feereduction",
            constraint=models.CheckConstraint(
                condition=models.Q(("percent__range", (1, 100))),
                name="fee_reduction_percent",
                violation_error_message="From 1 to 100 %.",
            ),
        ),
        migrations.AddConstraint(
            model_name="feereduction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_until", None), ("valid_until__gte", models.F("valid_from")), _connector="OR"
                ),
                name="fee_reduction_term",
                violation_error_message="It cannot end before it begins.",
            ),
        ),
        migrations.AddConstraint(
            model_name="membershipperiod",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    ("membership", "="),
                    (
                        members.models.invoice.Days(
                            "starts_on",
                            "ends_on",
                            django.contrib.postgres.fields.ranges.RangeBoundary(inclusive_upper=True),
                        ),
                        "&&",
                    ),
                ],
                name="period_no_overlap",
                violation_error_message="Periods of one membership cannot overlap.",
            ),
        ),
        migrations.AddConstraint(
            model_name="membershipperiod",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on__gte", models.F("starts_on"))),
                name="period_ends_after_start",
                violation_error_message="A period cannot end before it starts.",
            ),
        ),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(condition=models.Q(("state", "issued")), fields=["due_on"], name="invoice_open"),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "cancelled"), _negated=True),
                fields=("period",),
                name="invoice_one_for_a_period",
                violation_error_message="This period already has an invoice.",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)),
                name="invoice_amount",
                violation_error_message="An invoice is for some amount.",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("paid_on__isnull", False), ("state", "paid")),
                    models.Q(models.Q(("state", "paid"), _negated=True), ("paid_on", None)),
                    _connector="OR",
                ),
                name="invoice_paid_on_a_day",
                violation_error_message="A paid invoice needs the day of the payment.",
            ),
        ),
        migrations.AddConstraint(
            model_name="membershipreminder",
            constraint=models.UniqueConstraint(
                fields=("period", "step"), name="reminder_once", violation_error_message="This has been told already."
            ),
        ),
        # Whatever the old rule has let in, the new one does: its condition leaves out more statuses.
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ("lapsed", "left", "excluded", "ended")), _negated=True),
                fields=("organisation",),
                name="membership_one_at_a_time",
                violation_error_message="This organisation already has a membership that has not ended.",
            ),
        ),
        migrations.RunSQL(COUNTING, ONLY_ACTIVE),
    ]
