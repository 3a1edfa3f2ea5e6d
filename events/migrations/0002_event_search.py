"""What a list reads of an event in one row, and what the search reads, is kept by the database, whoever writes."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION events_event_kind_words(kind text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE kind
        WHEN 'forum' THEN 'форум forum'
        WHEN 'strategic_session' THEN 'стратегическая сессия strategic session'
        WHEN 'project_camp' THEN 'проектная смена лагерь project camp'
        WHEN 'open_day' THEN 'день открытых дверей open day'
        WHEN 'webinar' THEN 'вебинар webinar'
        WHEN 'competition' THEN 'конкурс соревнование competition'
        WHEN 'board_session' THEN 'заседание совета board session'
        ELSE ''
    END
$$;

CREATE FUNCTION events_event_fill() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    names text := concat_ws(' ', NEW.name, NEW.name_en);
    place text := concat_ws(' ', NEW.city, NEW.city_en, NEW.venue, NEW.venue_en);
    topics text := events_event_kind_words(NEW.kind);
    holders text;
    prose text := regexp_replace(
        concat_ws(' ', NEW.summary, NEW.summary_en, NEW.about, NEW.about_en), '<[^>]+>', ' ', 'g'
    );
    region members_region;
BEGIN
    NEW.days := CASE WHEN NEW.starts_at IS NOT NULL THEN daterange(
        (NEW.starts_at AT TIME ZONE NEW.time_zone)::date, (NEW.ends_at AT TIME ZONE NEW.time_zone)::date, '[]'
    ) END;
    IF TG_OP = 'UPDATE' THEN
        NEW.sequence := OLD.sequence + CASE WHEN (
            OLD.starts_at, OLD.ends_at, OLD.precision, OLD.time_zone, OLD.format, OLD.region_id,
            OLD.city, OLD.city_en, OLD.venue, OLD.venue_en, OLD.online_link, OLD.state
        ) IS DISTINCT FROM (
            NEW.starts_at, NEW.ends_at, NEW.precision, NEW.time_zone, NEW.format, NEW.region_id,
            NEW.city, NEW.city_en, NEW.venue, NEW.venue_en, NEW.online_link, NEW.state
        ) THEN 1 ELSE 0 END;
    END IF;
    IF NEW.region_id IS NOT NULL THEN
        SELECT * INTO region FROM members_region WHERE id = NEW.region_id;
        place := concat_ws(' ', place, region.name, region.name_en);
    END IF;
    SELECT coalesce(array_agg(direction.slug ORDER BY direction.position), '{}'),
           concat_ws(' ', topics, string_agg(concat_ws(' ', direction.name, direction.name_en), ' '))
    INTO NEW.direction_slugs, topics
    FROM events_event_directions AS link
    JOIN members_direction AS direction ON direction.id = link.direction_id
    WHERE link.event_id = NEW.id;
    SELECT coalesce(
               jsonb_agg(
                   jsonb_build_object(
                       'slug', organisation.slug, 'kind', organisation.kind,
                       'name', organisation.short_name, 'name_en', organisation.short_name_en
                   )
                   ORDER BY link.position, link.id
               ),
               '[]'
           ),
           string_agg(concat_ws(' ', organisation.short_name, organisation.short_name_en), ' ')
    INTO NEW.organiser_cards, holders
    FROM events_eventorganiser AS link
    JOIN members_organisation AS organisation ON organisation.id = link.organisation_id
    WHERE link.event_id = NEW.id AND organisation.is_published;  -- others stand on no public page
    NEW.search_text := lower(translate(concat_ws(' ', names, place, holders), 'ёЁ«»„“"', 'ее     '));
    NEW.search_vector :=
        setweight(to_tsvector('russian', translate(names, 'ёЁ', 'ее')), 'A') ||
        setweight(to_tsvector('russian', translate(concat_ws(' ', place, holders), 'ёЁ', 'ее')), 'B') ||
        setweight(to_tsvector('russian', translate(topics, 'ёЁ', 'ее')), 'C') ||
        setweight(to_tsvector('russian', translate(prose, 'ёЁ', 'ее')), 'D');
    RETURN NEW;
END
$$;

CREATE TRIGGER event_fill BEFORE INSERT OR UPDATE ON events_event
    FOR EACH ROW EXECUTE FUNCTION events_event_fill();

-- A changed direction or organiser makes its event fill its columns anew.
CREATE FUNCTION events_event_touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE events_event SET search_text = '' WHERE id IN (SELECT event_id FROM changed);
    RETURN NULL;
END
$$;

CREATE TRIGGER event_direction_added
    AFTER INSERT ON events_event_directions REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION events_event_touch();
CREATE TRIGGER event_direction_removed
    AFTER DELETE ON events_event_directions REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION events_event_touch();
CREATE TRIGGER event_organiser_added
    AFTER INSERT ON events_eventorganiser REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION events_event_touch();
CREATE TRIGGER event_organiser_changed
    AFTER UPDATE ON events_eventorganiser REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION events_event_touch();
CREATE TRIGGER event_organiser_removed
    AFTER DELETE ON events_eventorganiser REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION events_event_touch();

-- So does an organiser that is called otherwise now.
CREATE FUNCTION events_event_follow_organisation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE events_event SET search_text = ''
    WHERE id IN (SELECT event_id FROM events_eventorganiser WHERE organisation_id = NEW.id);
    RETURN NULL;
END
$$;

CREATE TRIGGER event_organiser_renamed
    AFTER UPDATE OF slug, kind, short_name, short_name_en, is_published ON members_organisation
    FOR EACH ROW WHEN (
        (OLD.slug, OLD.kind, OLD.short_name, OLD.short_name_en, OLD.is_published)
        IS DISTINCT FROM (NEW.slug, NEW.kind, NEW.short_name, NEW.short_name_en, NEW.is_published)
    ) EXECUTE FUNCTION events_event_follow_organisation();

-- And what is held in a renamed region, or about a renamed direction.
CREATE FUNCTION events_event_follow_region() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE events_event SET search_text = '' WHERE region_id = NEW.id;
    RETURN NULL;
END
$$;

CREATE TRIGGER event_region_renamed AFTER UPDATE OF name, name_en ON members_region
    FOR EACH ROW EXECUTE FUNCTION events_event_follow_region();

CREATE FUNCTION events_event_follow_direction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE events_event SET search_text = ''
    WHERE id IN (SELECT event_id FROM events_event_directions WHERE direction_id = NEW.id);
    RETURN NULL;
END
$$;

CREATE TRIGGER event_direction_renamed AFTER UPDATE OF slug, name, name_en, position ON members_direction
    FOR EACH ROW EXECUTE FUNCTION events_event_follow_direction();
"""

BACKWARD = """
DROP TRIGGER event_direction_renamed ON members_direction;
DROP TRIGGER event_region_renamed ON members_region;
DROP TRIGGER event_organiser_renamed ON members_organisation;
DROP TRIGGER event_organiser_removed ON events_eventorganiser;
DROP TRIGGER event_organiser_changed ON events_eventorganiser;
DROP TRIGGER event_organiser_added ON events_eventorganiser;
DROP TRIGGER event_direction_removed ON events_event_directions;
DROP TRIGGER event_direction_added ON events_event_directions;
DROP TRIGGER event_fill ON events_event;
DROP FUNCTION events_event_follow_direction();
DROP FUNCTION events_event_follow_region();
DROP FUNCTION events_event_follow_organisation();
DROP FUNCTION events_event_touch();
DROP FUNCTION events_event_fill();
DROP FUNCTION events_event_kind_words(text);
"""

# As members has it for its own consents (0011): a text that somebody has agreed to is never changed.
KEEP = """
CREATE FUNCTION events_consent_text_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM events_registration WHERE consent_text_id = OLD.id) THEN
        RAISE EXCEPTION 'somebody has agreed to this text' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER consent_text_keep_of_events
    BEFORE UPDATE ON members_consenttext
    FOR EACH ROW EXECUTE FUNCTION events_consent_text_keep();
"""
FORGET = """
DROP TRIGGER consent_text_keep_of_events ON members_consenttext;
DROP FUNCTION events_consent_text_keep();
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD), migrations.RunSQL(KEEP, FORGET)]
