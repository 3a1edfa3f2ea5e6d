"""What editors may do with agreements: read them, review them, register what was signed on paper, tend the templates."""

from django.apps import apps as installed
from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

READ = ("agreement", "party", "version", "historyentry", "obligation", "obligationreport", "timer", "chainhead",
        "rulesaccession", "signingrequest")  # fmt: skip
OFFICE = ("approve_agreement", "register_agreement")


def let_editors_review(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    # Django makes permissions only after all migrations; made here by the same function, they are not made twice.
    create_permissions(installed.get_app_config("agreements"), verbosity=0, apps=apps)
    group, _made = apps.get_model("auth", "Group").objects.get_or_create(name="editors")
    permissions = apps.get_model("auth", "Permission").objects.filter(content_type__app_label="agreements")
    codes = [*OFFICE, *(f"view_{model}" for model in READ)]
    codes += [f"{verb}_agreementtemplate" for verb in ("view", "add", "change", "delete")]
    group.permissions.add(*permissions.filter(codename__in=codes))


class Migration(migrations.Migration):
    dependencies = [("agreements", "0004_first_templates"), ("members", "0004_editors_group")]
    operations = [migrations.RunPython(let_editors_review, migrations.RunPython.noop)]
