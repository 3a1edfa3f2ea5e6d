"""The first texts; and a text that somebody has agreed to is never changed, whoever writes."""

import datetime
from pathlib import Path

import yaml
from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

WRITTEN_ON = datetime.date(2026, 11, 22)
TEXTS = Path(__file__).resolve().parents[1] / "data" / "consents_1.yaml"

FORWARD = """
CREATE FUNCTION members_consent_text_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM members_consent WHERE text_id = OLD.id) THEN
        RAISE EXCEPTION 'somebody has agreed to this text' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER consent_text_keep
    BEFORE UPDATE ON members_consenttext
    FOR EACH ROW EXECUTE FUNCTION members_consent_text_keep();
"""
BACKWARD = """
DROP TRIGGER consent_text_keep ON members_consenttext;
DROP FUNCTION members_consent_text_keep();
"""


def fill(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for purpose, words in yaml.safe_load(TEXTS.read_text(encoding="utf-8")).items():
        apps.get_model("members", "ConsentText").objects.create(
            purpose=purpose, version=1, in_force_from=WRITTEN_ON, **words
        )


class Migration(migrations.Migration):
    dependencies = [("members", "0010_consents")]

    operations = [
        migrations.RunSQL(FORWARD, BACKWARD),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
