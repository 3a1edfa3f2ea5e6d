"""A certificate that is revoked makes room for another of the same ticket, and says of more roles what one did."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

ROLES = [
    ("participant", "Participant"),
    ("speaker", "Speaker"),
    ("organiser", "Organiser"),
    ("jury", "Member of the jury"),
    ("helper", "Helper"),
]
KINDS = [
    ("in_person", "In person"),
    ("online", "Online"),
    ("speaker", "Speakers"),
    ("press", "Press"),
    ("organiser", "Organisers"),
    ("jury", "Jury"),
    ("helper", "Helpers"),
]


class Migration(migrations.Migration):
    dependencies = [("events", "0005_covers_without_words")]
    operations = [
        migrations.AlterField(
            "participantcertificate",
            "ticket",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="certificates",
                to="events.ticket",
                verbose_name="ticket",
            ),
        ),
        migrations.AddConstraint(
            "participantcertificate",
            models.UniqueConstraint(
                fields=["ticket"],
                condition=Q(revoked_at=None),
                name="participant_certificate_one_standing",
                violation_error_message="This person has a valid certificate of the event already.",
            ),
        ),
        migrations.AlterField("participantcertificate", "role", models.CharField("role", max_length=11, choices=ROLES)),
        migrations.AlterField(
            "ticketpool", "kind", models.CharField("kind", max_length=9, choices=KINDS, default="in_person")
        ),
    ]
