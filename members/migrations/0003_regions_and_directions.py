"""First fill of what staff extend later: regions of ISO 3166-2:RU and the thirteen directions."""

import csv
from pathlib import Path

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

DATA = Path(__file__).resolve().parents[1] / "data"


def fill(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for name in ("Region", "Direction"):
        model = apps.get_model("members", name)
        with (DATA / f"{name.lower()}s.csv").open(encoding="utf-8", newline="") as table:
            model.objects.bulk_create(model(**row) for row in csv.DictReader(table))


class Migration(migrations.Migration):
    dependencies = [("members", "0002_organisation_search")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
