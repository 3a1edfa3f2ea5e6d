from django.db import migrations


class Migration(migrations.Migration):
    operations = [
        migrations.RunSQL(
            "ALTER TABLE members_region ADD COLUMN added integer", "ALTER TABLE members_region DROP COLUMN added"
        )
    ]
