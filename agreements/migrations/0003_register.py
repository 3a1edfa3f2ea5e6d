"""What the register reads of an agreement in one row, and what its search reads, is kept by the database, whoever
writes."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION agreements_kind_words(kind text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE kind
        WHEN 'cooperation' THEN 'сотрудничество cooperation'
        WHEN 'membership' THEN 'членство ассоциация membership association'
        WHEN 'practice' THEN 'практика практическая подготовка practical training'
        WHEN 'targeted_training' THEN 'целевое обучение targeted training'
        WHEN 'deferred_employment' THEN 'трудоустройство намерения deferred employment'
        WHEN 'internship' THEN 'стажировка лаборатория internship laboratory'
        WHEN 'office_abroad' THEN 'представительство за рубежом меморандум office abroad'
        ELSE ''
    END
$$;

CREATE FUNCTION agreements_agreement_fill() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    names text := concat_ws(' ', NEW.number, NEW.own_number, NEW.subject, NEW.subject_en);
    holders text;
BEGIN
    SELECT coalesce(
               jsonb_agg(
                   jsonb_build_object(
                       'slug', CASE WHEN organisation.is_published THEN organisation.slug ELSE '' END,
                       'kind', organisation.kind,
                       'name', organisation.short_name, 'name_en', organisation.short_name_en
                   )
                   ORDER BY party.position, party.id
               ),
               '[]'
           ),
           coalesce(array_agg(DISTINCT region.code) FILTER (WHERE region.code IS NOT NULL), '{}'),
           string_agg(
               concat_ws(' ', organisation.short_name, organisation.short_name_en, organisation.name), ' '
           )
    INTO NEW.party_cards, NEW.region_codes, holders
    FROM agreements_party AS party
    JOIN members_organisation AS organisation ON organisation.id = party.organisation_id
    LEFT JOIN members_region AS region ON region.id = organisation.region_id
    WHERE party.agreement_id = NEW.id;
    NEW.search_text := lower(translate(concat_ws(' ', names, holders), 'ёЁ«»„“"', 'ее     '));
    NEW.search_vector :=
        setweight(to_tsvector('russian', translate(names, 'ёЁ', 'ее')), 'A') ||
        setweight(to_tsvector('russian', translate(coalesce(holders, ''), 'ёЁ', 'ее')), 'B') ||
        setweight(to_tsvector('russian', agreements_kind_words(NEW.kind)), 'C');
    RETURN NEW;
END
$$;

CREATE TRIGGER agreement_fill BEFORE INSERT OR UPDATE ON agreements_agreement
    FOR EACH ROW EXECUTE FUNCTION agreements_agreement_fill();

-- Other parties make their agreement fill its columns anew; a party that only looks at it does not.
CREATE FUNCTION agreements_agreement_touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE agreements_agreement SET search_text = ''
    WHERE id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.agreement_id END,
                 CASE WHEN TG_OP <> 'DELETE' THEN NEW.agreement_id END);
    RETURN NULL;
END
$$;

CREATE TRIGGER agreement_party_counts AFTER INSERT OR DELETE ON agreements_party
    FOR EACH ROW EXECUTE FUNCTION agreements_agreement_touch();
CREATE TRIGGER agreement_party_changed AFTER UPDATE ON agreements_party
    FOR EACH ROW WHEN (
        (OLD.agreement_id, OLD.organisation_id, OLD.position)
        IS DISTINCT FROM (NEW.agreement_id, NEW.organisation_id, NEW.position)
    ) EXECUTE FUNCTION agreements_agreement_touch();

-- So does a party that is called otherwise now, or has moved.
CREATE FUNCTION agreements_follow_organisation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE agreements_agreement SET search_text = ''
    WHERE id IN (SELECT agreement_id FROM agreements_party WHERE organisation_id = NEW.id);
    RETURN NULL;
END
$$;

CREATE TRIGGER agreement_party_renamed
    AFTER UPDATE OF slug, kind, name, short_name, short_name_en, is_published, region_id ON members_organisation
    FOR EACH ROW WHEN (
        (OLD.slug, OLD.kind, OLD.name, OLD.short_name, OLD.short_name_en, OLD.is_published, OLD.region_id)
        IS DISTINCT FROM
        (NEW.slug, NEW.kind, NEW.name, NEW.short_name, NEW.short_name_en, NEW.is_published, NEW.region_id)
    ) EXECUTE FUNCTION agreements_follow_organisation();

UPDATE agreements_agreement SET search_text = '';
"""

BACKWARD = """
DROP TRIGGER agreement_party_renamed ON members_organisation;
DROP TRIGGER agreement_party_changed ON agreements_party;
DROP TRIGGER agreement_party_counts ON agreements_party;
DROP TRIGGER agreement_fill ON agreements_agreement;
DROP FUNCTION agreements_follow_organisation();
DROP FUNCTION agreements_agreement_touch();
DROP FUNCTION agreements_agreement_fill();
DROP FUNCTION agreements_kind_words(text);
"""


class Migration(migrations.Migration):
    dependencies = [("agreements", "0002_history_stays"), ("members", "__first__")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
