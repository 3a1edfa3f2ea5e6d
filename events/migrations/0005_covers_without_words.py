"""For what the database was to say by itself, a field of one line had written the name of that wish."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

WISH = "<django.db.models.expressions.DatabaseDefault object at 0x"


def take_wishes_out(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for model in ("Event", "HistoricalEvent"):
        for name in ("cover_alt", "cover_alt_en"):
            rows = apps.get_model("events", model)._default_manager.filter(**{f"{name}__startswith": WISH})
            rows.update(**{name: ""})


class Migration(migrations.Migration):
    dependencies = [("events", "0004_both_times_or_neither")]
    operations = [migrations.RunPython(take_wishes_out, migrations.RunPython.noop)]
