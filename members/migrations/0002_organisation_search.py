"""The search columns of an organisation are kept by the database, whoever writes the row."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION members_organisation_kind_words(kind text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE kind
        WHEN 'school' THEN 'школа school'
        WHEN 'college' THEN 'колледж техникум college'
        WHEN 'university' THEN 'вуз университет university'
        WHEN 'company' THEN 'компания предприятие company'
        WHEN 'research_institute' THEN 'научный институт research institute'
        WHEN 'nonprofit' THEN 'фонд некоммерческая организация foundation non-profit'
        WHEN 'authority' THEN 'власть администрация authority'
        WHEN 'technopark_operator' THEN 'технопарк оператор technopark operator'
        WHEN 'consortium' THEN 'кластер консорциум cluster consortium'
        ELSE ''
    END
$$;

CREATE FUNCTION members_organisation_fill_search() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    names text := concat_ws(' ', NEW.name, NEW.short_name, NEW.name_en, NEW.short_name_en);
    place text := concat_ws(' ', NEW.city, NEW.city_en);
    topics text := concat_ws(' ', members_organisation_kind_words(NEW.kind));
    prose text := regexp_replace(concat_ws(' ', NEW.about, NEW.about_en), '<[^>]+>', ' ', 'g');
    region members_region;
BEGIN
    IF NEW.region_id IS NOT NULL THEN
        SELECT * INTO region FROM members_region WHERE id = NEW.region_id;
        place := concat_ws(' ', place, region.name, region.name_en);
    END IF;
    IF TG_OP = 'UPDATE' THEN
        SELECT concat_ws(' ', topics, string_agg(concat_ws(' ', direction.name, direction.name_en), ' '))
        INTO topics
        FROM members_organisation_directions AS link
        JOIN members_direction AS direction ON direction.id = link.direction_id
        WHERE link.organisation_id = NEW.id;
    END IF;
    NEW.search_text := lower(translate(concat_ws(' ', names, place), 'ёЁ«»„“"', 'ее     '));
    NEW.search_vector :=
        setweight(to_tsvector('russian', translate(names, 'ёЁ', 'ее')), 'A') ||
        setweight(to_tsvector('russian', translate(place, 'ёЁ', 'ее')), 'B') ||
        setweight(to_tsvector('russian', translate(topics, 'ёЁ', 'ее')), 'C') ||
        setweight(to_tsvector('russian', translate(prose, 'ёЁ', 'ее')), 'D');
    RETURN NEW;
END
$$;

CREATE TRIGGER organisation_fill_search
    BEFORE INSERT OR UPDATE ON members_organisation
    FOR EACH ROW EXECUTE FUNCTION members_organisation_fill_search();

-- A changed link of a direction makes its organisation fill its columns anew, once a statement.
CREATE FUNCTION members_organisation_touch_linked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE members_organisation SET search_text = ''
    WHERE id IN (SELECT organisation_id FROM changed);
    RETURN NULL;
END
$$;

CREATE TRIGGER organisation_direction_added
    AFTER INSERT ON members_organisation_directions REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION members_organisation_touch_linked();
CREATE TRIGGER organisation_direction_removed
    AFTER DELETE ON members_organisation_directions REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION members_organisation_touch_linked();

-- A renamed region is found by its new name.
CREATE FUNCTION members_organisation_touch_region() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE members_organisation SET search_text = '' WHERE region_id = NEW.id;
    RETURN NULL;
END
$$;

CREATE TRIGGER organisation_region_renamed
    AFTER UPDATE OF name, name_en ON members_region
    FOR EACH ROW EXECUTE FUNCTION members_organisation_touch_region();
"""

BACKWARD = """
DROP TRIGGER organisation_region_renamed ON members_region;
DROP TRIGGER organisation_direction_removed ON members_organisation_directions;
DROP TRIGGER organisation_direction_added ON members_organisation_directions;
DROP TRIGGER organisation_fill_search ON members_organisation;
DROP FUNCTION members_organisation_touch_region();
DROP FUNCTION members_organisation_touch_linked();
DROP FUNCTION members_organisation_fill_search();
DROP FUNCTION members_organisation_kind_words(text);
"""


class Migration(migrations.Migration):
    dependencies = [("members", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
