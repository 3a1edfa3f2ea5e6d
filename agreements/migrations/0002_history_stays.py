"""The history of agreements is written once. A person may be taken out of an entry, and nothing else."""

from django.db import migrations

PROTECT = """
CREATE FUNCTION agreements_history_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'the history of agreements is not deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.id, NEW.sequence, NEW.agreement_id, NEW.action, NEW.source, NEW.target, NEW.at, NEW.facts, NEW.previous,
        NEW.sha256)
       IS DISTINCT FROM
       (OLD.id, OLD.sequence, OLD.agreement_id, OLD.action, OLD.source, OLD.target, OLD.at, OLD.facts, OLD.previous,
        OLD.sha256)
       OR (NEW.by_id IS NOT NULL AND NEW.by_id IS DISTINCT FROM OLD.by_id)
       OR (NEW.reason <> '' AND NEW.reason <> OLD.reason)
    THEN
        RAISE EXCEPTION 'the history of agreements is not changed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER agreements_history_stays BEFORE UPDATE OR DELETE ON agreements_historyentry
FOR EACH ROW EXECUTE FUNCTION agreements_history_stays();
"""
LET_GO = """
DROP TRIGGER agreements_history_stays ON agreements_historyentry;
DROP FUNCTION agreements_history_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("agreements", "0001_initial")]

    operations = [migrations.RunSQL(PROTECT, LET_GO)]
