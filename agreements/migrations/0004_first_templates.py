"""The texts with which an association can begin on its first day; staff change them afterwards."""

from pathlib import Path

import yaml
from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

TEXTS = Path(__file__).resolve().parents[1] / "data" / "templates_1.yaml"


def fill(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    template = apps.get_model("agreements", "AgreementTemplate")
    template.objects.bulk_create(template(**told) for told in yaml.safe_load(TEXTS.read_text(encoding="utf-8")))


class Migration(migrations.Migration):
    dependencies = [("agreements", "0003_register")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
