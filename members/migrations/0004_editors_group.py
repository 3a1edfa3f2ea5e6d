"""The group of staff who tend the directory and nothing else."""

from django.apps import apps as installed
from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

NAME = "editors"
MAY = {
    "organisation": ("view", "add", "change"),
    "publicperson": ("view", "add", "change", "delete"),
    "representativeoffice": ("view", "add", "change", "delete"),
    "officestatuschange": ("view", "add", "change", "delete"),
    "membership": ("view",),
    "membershipstatuschange": ("view",),
    "region": ("view",),
    "direction": ("view", "add", "change"),
}


def make_group(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    # Django makes permissions only after all migrations; made here by the same function, they are not made twice.
    create_permissions(installed.get_app_config("members"), verbosity=0, apps=apps)
    group, _made = apps.get_model("auth", "Group").objects.get_or_create(name=NAME)
    codes = [f"{verb}_{model}" for model, verbs in MAY.items() for verb in verbs]
    permissions = apps.get_model("auth", "Permission").objects.filter(content_type__app_label="members")
    group.permissions.set(permissions.filter(codename__in=codes))


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0003_regions_and_directions"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make_group, migrations.RunPython.noop)]
