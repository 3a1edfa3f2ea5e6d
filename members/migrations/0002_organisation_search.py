"""What the directory reads of an organisation in one row is kept by the database, whoever writes."""

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
    SELECT coalesce(array_agg(direction.slug ORDER BY direction.position), '{}'),
           concat_ws(' ', topics, string_agg(concat_ws(' ', direction.name, direction.name_en), ' '))
    INTO NEW.direction_slugs, topics
    FROM members_organisation_directions AS link
    JOIN members_direction AS direction ON direction.id = link.direction_id
    WHERE link.organisation_id = NEW.id;
    SELECT membership.tier INTO NEW.tier
    FROM members_membership AS membership
    WHERE membership.organisation_id = NEW.id AND membership.status = 'active';
    NEW.tier := coalesce(NEW.tier, '');
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

-- A changed link of a direction or a changed membership makes its organisation fill its columns anew.
CREATE FUNCTION members_organisation_touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE members_organisation SET search_text = ''
    WHERE id IN (SELECT organisation_id FROM changed);
    RETURN NULL;
END
$$;

CREATE TRIGGER organisation_direction_added
    AFTER INSERT ON members_organisation_directions REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION members_organisation_touch();
CREATE TRIGGER organisation_direction_removed
    AFTER DELETE ON members_organisation_directions REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION members_organisation_touch();
CREATE TRIGGER organisation_membership_added
    AFTER INSERT ON members_membership REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION members_organisation_touch();
CREATE TRIGGER organisation_membership_changed
    AFTER UPDATE ON members_membership REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION members_organisation_touch();
CREATE TRIGGER organisation_membership_left
    AFTER UPDATE ON members_membership REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION members_organisation_touch();
CREATE TRIGGER organisation_membership_removed
    AFTER DELETE ON members_membership REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION members_organisation_touch();

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

-- And so is what works in a renamed direction.
CREATE FUNCTION members_organisation_touch_direction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE members_organisation SET search_text = ''
    WHERE id IN (SELECT organisation_id FROM members_organisation_directions WHERE direction_id = NEW.id);
    RETURN NULL;
END
$$;

CREATE TRIGGER organisation_direction_renamed
    AFTER UPDATE OF slug, name, name_en, position ON members_direction
    FOR EACH ROW EXECUTE FUNCTION members_organisation_touch_direction();
"""

BACKWARD = """
DROP TRIGGER organisation_direction_renamed ON members_direction;
DROP TRIGGER organisation_region_renamed ON members_region;
DROP TRIGGER organisation_membership_removed ON members_membership;
DROP TRIGGER organisation_membership_left ON members_membership;
DROP TRIGGER organisation_membership_changed ON members_membership;
DROP TRIGGER organisation_membership_added ON members_membership;
DROP TRIGGER organisation_direction_removed ON members_organisation_directions;
DROP TRIGGER organisation_direction_added ON members_organisation_directions;
DROP TRIGGER organisation_fill_search ON members_organisation;
DROP FUNCTION members_organisation_touch_direction();
DROP FUNCTION members_organisation_touch_region();
DROP FUNCTION members_organisation_touch();
DROP FUNCTION members_organisation_fill_search();
DROP FUNCTION members_organisation_kind_words(text);
"""


class Migration(migrations.Migration):
    dependencies = [("members", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
