"""The register in its two orders, without what is not in it."""

from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

SHOWN = Q(is_public=True) & (Q(number__gt="") | Q(planned_on__isnull=False))
LATEST_FIRST = (Coalesce("concluded_on", "planned_on").desc(), F("id").desc())


class Migration(migrations.Migration):
    dependencies = [("agreements", "0005_office_reviews")]

    operations = [
        migrations.AddIndex("agreement", models.Index(*LATEST_FIRST, condition=SHOWN, name="agreement_shown")),
        migrations.AddIndex(
            "agreement",
            models.Index(F("ends_on").asc(nulls_last=True), *LATEST_FIRST, condition=SHOWN, name="agreement_ending"),
        ),
        migrations.RemoveIndex("agreement", "agreement_latest"),
    ]
