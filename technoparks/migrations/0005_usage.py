from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("technoparks", "0004_outages"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="booking",
            index=models.Index(
                models.F("lab"), models.Func(models.F("span"), function="lower"), name="booking_of_lab_by_time"
            ),
        ),
    ]
