"""What a list reads of a challenge in one row, and what the search reads, is kept by the database, whoever writes."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION projects_challenge_fill() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    names text := concat_ws(' ', NEW.name, NEW.name_en);
    topics text := 'кейс задача challenge task';
    place text;
    giver text;
    prose text := regexp_replace(
        concat_ws(' ', NEW.summary, NEW.summary_en, NEW.about, NEW.about_en, NEW.reward, NEW.reward_en),
        '<[^>]+>', ' ', 'g'
    );
BEGIN
    SELECT concat_ws(' ', region.name, region.name_en) INTO place FROM members_region AS region
    WHERE region.id = NEW.region_id;
    SELECT coalesce(array_agg(direction.slug ORDER BY direction.position), '{}'),
           concat_ws(' ', topics, string_agg(concat_ws(' ', direction.name, direction.name_en), ' '))
    INTO NEW.direction_slugs, topics
    FROM projects_challenge_directions AS link
    JOIN members_direction AS direction ON direction.id = link.direction_id
    WHERE link.challenge_id = NEW.id;
    NEW.company_card := NULL;
    SELECT jsonb_build_object(
               'slug', company.slug, 'kind', company.kind,
               'name', company.short_name, 'name_en', company.short_name_en
           ),
           concat_ws(' ', company.short_name, company.short_name_en)
    INTO NEW.company_card, giver
    FROM members_organisation AS company
    WHERE company.id = NEW.company_id AND company.is_published;  -- another stands on no public page
    NEW.search_text := lower(translate(concat_ws(' ', names, place, giver), 'ёЁ«»„“"', 'ее     '));
    NEW.search_vector :=
        setweight(to_tsvector('russian', translate(names, 'ёЁ', 'ее')), 'A') ||
        setweight(to_tsvector('russian', translate(concat_ws(' ', place, giver), 'ёЁ', 'ее')), 'B') ||
        setweight(to_tsvector('russian', translate(topics, 'ёЁ', 'ее')), 'C') ||
        setweight(to_tsvector('russian', translate(prose, 'ёЁ', 'ее')), 'D');
    RETURN NEW;
END
$$;

CREATE TRIGGER challenge_fill BEFORE INSERT OR UPDATE ON projects_challenge
    FOR EACH ROW EXECUTE FUNCTION projects_challenge_fill();

-- A changed direction makes its challenge fill its columns anew.
CREATE FUNCTION projects_challenge_touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE projects_challenge SET search_text = '' WHERE id IN (SELECT challenge_id FROM changed);
    RETURN NULL;
END
$$;

CREATE TRIGGER challenge_direction_added
    AFTER INSERT ON projects_challenge_directions REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION projects_challenge_touch();
CREATE TRIGGER challenge_direction_removed
    AFTER DELETE ON projects_challenge_directions REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION projects_challenge_touch();

-- So does a company that is called otherwise now, a renamed region and a renamed direction.
CREATE FUNCTION projects_challenge_follow_company() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE projects_challenge SET search_text = '' WHERE company_id = NEW.id;
    RETURN NULL;
END
$$;

CREATE TRIGGER challenge_company_renamed
    AFTER UPDATE OF slug, kind, short_name, short_name_en, is_published ON members_organisation
    FOR EACH ROW WHEN (
        (OLD.slug, OLD.kind, OLD.short_name, OLD.short_name_en, OLD.is_published)
        IS DISTINCT FROM (NEW.slug, NEW.kind, NEW.short_name, NEW.short_name_en, NEW.is_published)
    ) EXECUTE FUNCTION projects_challenge_follow_company();

CREATE FUNCTION projects_challenge_follow_region() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE projects_challenge SET search_text = '' WHERE region_id = NEW.id;
    RETURN NULL;
END
$$;

CREATE TRIGGER challenge_region_renamed AFTER UPDATE OF name, name_en ON members_region
    FOR EACH ROW EXECUTE FUNCTION projects_challenge_follow_region();

CREATE FUNCTION projects_challenge_follow_direction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE projects_challenge SET search_text = ''
    WHERE id IN (SELECT challenge_id FROM projects_challenge_directions WHERE direction_id = NEW.id);
    RETURN NULL;
END
$$;

CREATE TRIGGER challenge_direction_renamed AFTER UPDATE OF slug, name, name_en, position ON members_direction
    FOR EACH ROW EXECUTE FUNCTION projects_challenge_follow_direction();

UPDATE projects_challenge SET search_text = '';
"""

BACKWARD = """
DROP TRIGGER challenge_direction_renamed ON members_direction;
DROP TRIGGER challenge_region_renamed ON members_region;
DROP TRIGGER challenge_company_renamed ON members_organisation;
DROP TRIGGER challenge_direction_removed ON projects_challenge_directions;
DROP TRIGGER challenge_direction_added ON projects_challenge_directions;
DROP TRIGGER challenge_fill ON projects_challenge;
DROP FUNCTION projects_challenge_follow_direction, projects_challenge_follow_region, projects_challenge_follow_company,
    projects_challenge_touch, projects_challenge_fill;
"""


class Migration(migrations.Migration):
    dependencies = [("projects", "0006_challenge_columns"), ("members", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
