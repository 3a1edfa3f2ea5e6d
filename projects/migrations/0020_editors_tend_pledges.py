"""What editors may do with pledges."""

from django.apps import apps as installed
from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def let_editors_tend(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    # Django makes permissions only after all migrations; made here by the same function, they are not made twice.
    create_permissions(installed.get_app_config("projects"), verbosity=0, apps=apps)
    group, _made = apps.get_model("auth", "Group").objects.get_or_create(name="editors")
    permissions = apps.get_model("auth", "Permission").objects.filter(content_type__app_label="projects")
    group.permissions.add(
        *permissions.filter(codename__in=["add_pledge", "change_pledge", "view_pledge", "view_pledgemove"]),
    )


class Migration(migrations.Migration):
    dependencies = [("projects", "0019_pledges")]
    operations = [migrations.RunPython(let_editors_tend, migrations.RunPython.noop)]
