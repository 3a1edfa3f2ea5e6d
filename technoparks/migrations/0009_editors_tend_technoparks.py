"""What editors may do with technoparks: correct what the portal says of sites, laboratories and programmes. Bookings,
inductions, groups and who learns in them are the hosts'."""

from django.apps import apps as installed
from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

CORRECTED = ("technopark", "lab", "equipment", "equipmentclass", "programme")
# Rows on their pages.
TENDED = ("statuschange", "pupilyear", "sitecount", "openinghours", "openingexception", "equipmentdocument")


def let_editors_correct(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    # Django makes permissions only after all migrations; made here by the same function, they are not made twice.
    create_permissions(installed.get_app_config("technoparks"), verbosity=0, apps=apps)
    group, _made = apps.get_model("auth", "Group").objects.get_or_create(name="editors")
    permissions = apps.get_model("auth", "Permission").objects.filter(content_type__app_label="technoparks")
    group.permissions.add(
        *permissions.filter(codename__regex=rf"^(view|change)_({'|'.join(CORRECTED)})$"),
        *permissions.filter(codename__regex=rf"^(view|add|change|delete)_({'|'.join(TENDED)})$"),
    )


class Migration(migrations.Migration):
    dependencies = [("technoparks", "0008_hours_apart")]
    operations = [migrations.RunPython(let_editors_correct, migrations.RunPython.noop)]
