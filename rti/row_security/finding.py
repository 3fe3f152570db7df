"""What PostgreSQL does by itself for searching: the names a request is found by, and who finds what.

The operators of a text search are not leakproof, so under row security no index serves them: PostgreSQL would look
through every row that the person sees. `rti.found` therefore searches with the owner's rights, and asks the same
index for the marks of what may be seen: the organisation of members, the campaigns and provinces assigned to staff.
What it returns are identifiers only. Whoever shows what is behind them reads it under row security, as always.
"""

from collections.abc import Mapping

from rti.core.db_roles import Login
from rti.core.visibility import ME

SLICE = 15
"""The newest 2^15 to 2^16 requests are searched first: a word that many hold is found there, and the rest is left alone."""

_QUOTED = "'''@{}' || {} || ''''"

FINDING: Mapping[str, tuple[str, str]] = {
    # NULL where the login finds nothing of a kind, and an empty query where it finds all.
    "scope(kind text)": (
        "tsquery LANGUAGE sql STABLE",
        f"""SELECT CASE
            WHEN kind = 'body' OR session_user = '{Login.OPERATOR}'
                OR (SELECT rolsuper FROM pg_roles WHERE rolname = session_user) THEN ''::tsquery
            WHEN session_user = '{Login.CBO}' THEN ({_QUOTED.format("o", f"rti.cbo_of({ME})")})::tsquery
            WHEN session_user = '{Login.ADMIN}' AND kind = 'cbo' THEN ''::tsquery
            WHEN session_user <> '{Login.STAFF}' THEN NULL
            WHEN kind = 'cbo' OR rti.sees_everything({ME}) THEN ''::tsquery
            ELSE (SELECT string_agg(CASE WHEN campaign_id IS NULL THEN {_QUOTED.format("p", "province_code")}
                    ELSE {_QUOTED.format("c", "campaign_id")} END, ' | ')::tsquery
                FROM public.assignment WHERE person_id = {ME})
        END""",  # noqa: S608 -- words of our own
    ),
    # `+ 0`: once planned for any word, PostgreSQL would look through all rows by the index of their numbers.
    "found(words tsquery, wanted text, most integer)": (
        "SETOF uuid LANGUAGE plpgsql STABLE SET enable_seqscan = off",
        f"""DECLARE
            seen tsquery := words && rti.scope(wanted);
            newest bigint;
            gone uuid[];
            few integer := 0;
        BEGIN
            IF seen IS NULL OR numnode(words) = 0 THEN RETURN; END IF;
            gone := ARRAY(SELECT id FROM public.cbo WHERE locked_at IS NOT NULL);
            IF wanted <> 'request' THEN
                RETURN QUERY SELECT s.id FROM public.search s
                    WHERE s.kind <> 'request' AND (s.words || s.names) @@ seen AND s.kind = wanted
                    AND (s.cbo_id IS NULL OR s.cbo_id <> ALL (gone)) LIMIT most;
                RETURN;
            END IF;
            newest := (SELECT max(number) FROM public.search) >> {SLICE};
            RETURN QUERY SELECT s.id FROM public.search s
                WHERE s.kind = 'request'
                AND (s.words || s.names) @@ (seen && format('''@t%s'' | ''@t%s''', newest, newest - 1)::tsquery)
                AND s.cbo_id <> ALL (gone) LIMIT most;
            GET DIAGNOSTICS few = ROW_COUNT;
            IF few < most AND newest > 1 THEN
                RETURN QUERY SELECT s.id FROM public.search s
                    WHERE s.kind = 'request' AND (s.words || s.names) @@ seen
                    AND s.number + 0 < (newest - 1) << {SLICE} AND s.cbo_id <> ALL (gone) LIMIT most - few;
            END IF;
        END""",  # noqa: S608 -- words of our own
    ),
    "search_names()": (
        "trigger LANGUAGE plpgsql",
        f"""BEGIN
            IF NEW.kind = 'request' THEN
                SELECT coalesce(b.words, '') || coalesce(o.words, '') || array_to_tsvector(array_remove(ARRAY[
                        '@t' || (NEW.number >> {SLICE}), '@o' || r.cbo_id, '@c' || r.campaign_id, '@p' || p.province_code
                    ], NULL))
                    INTO NEW.names
                FROM public.request r
                JOIN public.public_body p ON p.id = r.body_id
                LEFT JOIN public.search b ON b.id = r.body_id
                LEFT JOIN public.search o ON o.id = r.cbo_id AND r.filing <> 'sealed'
                WHERE r.id = NEW.id;
            ELSIF NEW.kind = 'cbo' THEN
                NEW.names := array_to_tsvector(ARRAY['@o' || NEW.id]);
            END IF;
            NEW.names := coalesce(NEW.names, '');
            RETURN NEW;
        END""",  # noqa: S608 -- words of our own
    ),
    "search_follow()": (
        "trigger LANGUAGE plpgsql",
        """BEGIN
            IF TG_OP = 'DELETE' THEN
                DELETE FROM public.search WHERE id = OLD.id;
            ELSIF TG_TABLE_NAME = 'request' THEN
                UPDATE public.search SET names = '' WHERE id = NEW.id;
            ELSE
                UPDATE public.search SET names = ''
                WHERE id IN (SELECT id FROM public.request WHERE body_id = NEW.id OR cbo_id = NEW.id);
            END IF;
            RETURN NULL;
        END""",
    ),
}
"""Functions of the schema `rti`, with the owner's rights: what they return and their body."""

TRIGGERS = (
    """CREATE TRIGGER search_names BEFORE INSERT OR UPDATE ON search
        FOR EACH ROW EXECUTE FUNCTION rti.search_names()""",
    """CREATE TRIGGER search_follow AFTER INSERT OR UPDATE OF words ON search
        FOR EACH ROW WHEN (NEW.kind <> 'request') EXECUTE FUNCTION rti.search_follow()""",
    """CREATE TRIGGER search_follow AFTER UPDATE ON request FOR EACH ROW
        WHEN ((OLD.body_id, OLD.campaign_id, OLD.filing) IS DISTINCT FROM (NEW.body_id, NEW.campaign_id, NEW.filing))
        EXECUTE FUNCTION rti.search_follow()""",
    *(
        f"CREATE TRIGGER search_gone AFTER DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION rti.search_follow()"
        for table in ("request", "public_body")
    ),
)
