"""Two purposes of learning in a group of a technopark, each with its first text."""

import datetime
from pathlib import Path

import yaml
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

WRITTEN_ON = datetime.date(2026, 11, 23)
TEXTS = Path(__file__).resolve().parents[1] / "data" / "consents_4.yaml"


def fill(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for purpose, words in yaml.safe_load(TEXTS.read_text(encoding="utf-8")).items():
        apps.get_model("members", "ConsentText").objects.create(
            purpose=purpose, version=1, in_force_from=WRITTEN_ON, **words
        )


def empty(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("members", "ConsentText").objects.filter(purpose__in=["learner", "learning"]).delete()


class Migration(migrations.Migration):
    dependencies = [("members", "0028_time_zones_of_people")]

    operations = [
        migrations.AlterField(
            model_name="consenttext",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("account", "Processing of personal data for an account"),
                    ("publication", "Publication of personal data of a person in a public role"),
                    ("news", "News and invitations by e-mail"),
                    ("application", "Processing of personal data in an application for membership"),
                    ("registration", "Processing of personal data in a registration for an event"),
                    ("pupil", "Processing of personal data of a pupil who takes part in an event"),
                    ("learner", "Processing of personal data of a child who learns in a group of a technopark"),
                    ("learning", "Processing of my personal data as a learner in a group of a technopark"),
                ],
                max_length=12,
                verbose_name="purpose",
            ),
        ),
        migrations.RunPython(fill, empty),
    ]
