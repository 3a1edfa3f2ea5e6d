"""A consent to a publication keeps the words that were agreed to, as long as there is a public role."""

from django.db import migrations, models

FILL = """
UPDATE members_consent consent
SET words = CASE item WHEN 'name' THEN person.name ELSE person.position END,
    words_en = CASE item WHEN 'name' THEN person.name_en ELSE person.position_en END
FROM members_publicperson person
WHERE person.id = consent.public_person_id AND consent.withdrawn_at IS NULL
"""

# Whoever deletes the role: with it goes the name, and the consent stays as somebody's.
FORGET = """
CREATE FUNCTION members_consent_forgets_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.words := '';
    NEW.words_en := '';
    RETURN NEW;
END
$$;
CREATE TRIGGER consent_forgets_words BEFORE UPDATE OF public_person_id ON members_consent
    FOR EACH ROW WHEN (NEW.public_person_id IS NULL) EXECUTE FUNCTION members_consent_forgets_words();
"""
BACKWARD = """
DROP TRIGGER consent_forgets_words ON members_consent;
DROP FUNCTION members_consent_forgets_words();
"""


class Migration(migrations.Migration):
    dependencies = [("members", "0012_data_of_people")]

    operations = [
        migrations.AddField(
            "consent",
            "words",
            models.CharField("words agreed to", blank=True, db_default="", max_length=200),
        ),
        migrations.AddField(
            "consent",
            "words_en",
            models.CharField("words agreed to in English", blank=True, db_default="", max_length=200),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL(FORGET, BACKWARD),
    ]
