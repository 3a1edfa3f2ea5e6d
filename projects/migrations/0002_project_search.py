"""What a list reads of a project in one row, and what the search reads, is kept by the database, whoever writes."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION projects_project_kind_words(kind text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE kind
        WHEN 'joint' THEN 'совместный проект joint project'
        WHEN 'roadmap' THEN 'дорожная карта кластера roadmap cluster'
        WHEN 'research' THEN 'исследовательский коллектив конкурс research team call'
        WHEN 'enterprise' THEN 'предприятие учащихся enterprise of pupils'
        WHEN 'programme' THEN 'программа programme'
        ELSE ''
    END
$$;

CREATE FUNCTION projects_project_fill() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    names text := concat_ws(' ', NEW.name, NEW.name_en);
    topics text := projects_project_kind_words(NEW.kind);
    place text;
    holders text;
    prose text := regexp_replace(
        concat_ws(' ', NEW.summary, NEW.summary_en, NEW.about, NEW.about_en), '<[^>]+>', ' ', 'g'
    );
BEGIN
    SELECT concat_ws(' ', region.name, region.name_en) INTO place FROM members_region AS region
    WHERE region.id = NEW.region_id;
    SELECT coalesce(array_agg(direction.slug ORDER BY direction.position), '{}'),
           concat_ws(' ', topics, string_agg(concat_ws(' ', direction.name, direction.name_en), ' '))
    INTO NEW.direction_slugs, topics
    FROM projects_project_directions AS link
    JOIN members_direction AS direction ON direction.id = link.direction_id
    WHERE link.project_id = NEW.id;
    SELECT coalesce(
               jsonb_agg(
                   jsonb_build_object(
                       'slug', organisation.slug, 'kind', organisation.kind, 'role', link.role,
                       'name', organisation.short_name, 'name_en', organisation.short_name_en
                   )
                   ORDER BY link.position, link.id
               ),
               '[]'
           ),
           string_agg(concat_ws(' ', organisation.short_name, organisation.short_name_en), ' ')
    INTO NEW.participant_cards, holders
    FROM projects_projectparticipant AS link
    JOIN members_organisation AS organisation ON organisation.id = link.organisation_id
    WHERE link.project_id = NEW.id AND organisation.is_published;  -- others stand on no public page
    NEW.search_text := lower(translate(concat_ws(' ', names, place, holders), 'ёЁ«»„“"', 'ее     '));
    NEW.search_vector :=
        setweight(to_tsvector('russian', translate(names, 'ёЁ', 'ее')), 'A') ||
        setweight(to_tsvector('russian', translate(concat_ws(' ', place, holders), 'ёЁ', 'ее')), 'B') ||
        setweight(to_tsvector('russian', translate(topics, 'ёЁ', 'ее')), 'C') ||
        setweight(to_tsvector('russian', translate(prose, 'ёЁ', 'ее')), 'D');
    RETURN NEW;
END
$$;

CREATE TRIGGER project_fill BEFORE INSERT OR UPDATE ON projects_project
    FOR EACH ROW EXECUTE FUNCTION projects_project_fill();

-- A changed direction or participant makes its project fill its columns anew.
CREATE FUNCTION projects_project_touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE projects_project SET search_text = '' WHERE id IN (SELECT project_id FROM changed);
    RETURN NULL;
END
$$;

CREATE TRIGGER project_direction_added
    AFTER INSERT ON projects_project_directions REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION projects_project_touch();
CREATE TRIGGER project_direction_removed
    AFTER DELETE ON projects_project_directions REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION projects_project_touch();
CREATE TRIGGER project_participant_added
    AFTER INSERT ON projects_projectparticipant REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION projects_project_touch();
CREATE TRIGGER project_participant_changed
    AFTER UPDATE ON projects_projectparticipant REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION projects_project_touch();
CREATE TRIGGER project_participant_removed
    AFTER DELETE ON projects_projectparticipant REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION projects_project_touch();

-- So does a participant that is called otherwise now, a renamed region and a renamed direction.
CREATE FUNCTION projects_project_follow_organisation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE projects_project SET search_text = ''
    WHERE id IN (SELECT project_id FROM projects_projectparticipant WHERE organisation_id = NEW.id);
    RETURN NULL;
END
$$;

CREATE TRIGGER project_participant_renamed
    AFTER UPDATE OF slug, kind, short_name, short_name_en, is_published ON members_organisation
    FOR EACH ROW WHEN (
        (OLD.slug, OLD.kind, OLD.short_name, OLD.short_name_en, OLD.is_published)
        IS DISTINCT FROM (NEW.slug, NEW.kind, NEW.short_name, NEW.short_name_en, NEW.is_published)
    ) EXECUTE FUNCTION projects_project_follow_organisation();

CREATE FUNCTION projects_project_follow_region() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE projects_project SET search_text = '' WHERE region_id = NEW.id;
    RETURN NULL;
END
$$;

CREATE TRIGGER project_region_renamed AFTER UPDATE OF name, name_en ON members_region
    FOR EACH ROW EXECUTE FUNCTION projects_project_follow_region();

CREATE FUNCTION projects_project_follow_direction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE projects_project SET search_text = ''
    WHERE id IN (SELECT project_id FROM projects_project_directions WHERE direction_id = NEW.id);
    RETURN NULL;
END
$$;

CREATE TRIGGER project_direction_renamed AFTER UPDATE OF slug, name, name_en, position ON members_direction
    FOR EACH ROW EXECUTE FUNCTION projects_project_follow_direction();
"""

BACKWARD = """
DROP TRIGGER project_direction_renamed ON members_direction;
DROP TRIGGER project_region_renamed ON members_region;
DROP TRIGGER project_participant_renamed ON members_organisation;
DROP TRIGGER project_participant_removed ON projects_projectparticipant;
DROP TRIGGER project_participant_changed ON projects_projectparticipant;
DROP TRIGGER project_participant_added ON projects_projectparticipant;
DROP TRIGGER project_direction_removed ON projects_project_directions;
DROP TRIGGER project_direction_added ON projects_project_directions;
DROP TRIGGER project_fill ON projects_project;
DROP FUNCTION projects_project_follow_direction, projects_project_follow_region, projects_project_follow_organisation,
    projects_project_touch, projects_project_fill, projects_project_kind_words;
"""


class Migration(migrations.Migration):
    dependencies = [("projects", "0001_initial"), ("members", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
