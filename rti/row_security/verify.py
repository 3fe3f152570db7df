"""Whether a database matches its declaration: read from PostgreSQL's own catalogue at every start and in the tests."""

from collections.abc import Mapping

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.db_roles import OWNER, Login

FINGERPRINT = """
    SELECT md5(concat_ws(E'\\n',
        (SELECT string_agg(p::text, E'\\n' ORDER BY p.tablename, p.policyname) FROM pg_policies p WHERE p.schemaname = 'public'),
        (SELECT string_agg(concat_ws(' ', c.relname, c.relacl, c.relrowsecurity, c.relforcerowsecurity), E'\\n' ORDER BY c.relname)
         FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')),
        (SELECT string_agg(concat_ws(' ', c.relname, a.attname, a.attacl), E'\\n' ORDER BY c.relname, a.attnum)
         FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
         WHERE c.relnamespace = 'public'::regnamespace AND a.attacl IS NOT NULL),
        (SELECT string_agg(concat_ws(' ', f.proname, f.prosrc, f.provolatile, f.prosecdef, f.proconfig), E'\\n' ORDER BY f.proname)
         FROM pg_proc f WHERE f.pronamespace IN ('public'::regnamespace, 'rti'::regnamespace)),
        (SELECT string_agg(concat_ws(' ', pg_get_triggerdef(t.oid), t.tgenabled), E'\\n' ORDER BY t.tgrelid::regclass::text, t.tgname)
         FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
         WHERE c.relnamespace = 'public'::regnamespace AND NOT t.tgisinternal)
    ))
"""
"""All grants, policies, functions and triggers as PostgreSQL reports them; stored when the declaration is applied."""

_FAULTS: Mapping[str, str] = {
    "{} holds rows of an organisation or a person, and row-level security is not forced on it": """
        SELECT DISTINCT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
          AND a.attname IN ('cbo_id', 'person_id') AND NOT a.attisdropped
          AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
    """,
    "{} is restricted and has no policy, or one that does not check what is written": """
        SELECT c.relname FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relrowsecurity AND (
            NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid)
            OR EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polcmd <> 'r' AND p.polwithcheck IS NULL)
        )
    """,
    "{} is used by a policy and may answer differently for each row": """
        SELECT DISTINCT f.proname FROM pg_depend d
        JOIN pg_proc f ON f.oid = d.refobjid AND d.refclassid = 'pg_proc'::regclass
        WHERE d.classid = 'pg_policy'::regclass AND f.provolatile = 'v'
    """,
    "{} points from one organisation's row to another table's without saying of which organisation": """
        SELECT k.conname FROM pg_constraint k
        JOIN pg_attribute here ON here.attrelid = k.conrelid AND here.attname = 'cbo_id'
        JOIN pg_attribute there ON there.attrelid = k.confrelid AND there.attname = 'cbo_id'
        WHERE k.contype = 'f' AND k.confrelid <> 'person'::regclass
          AND NOT (here.attnum = ANY (k.conkey) AND there.attnum = ANY (k.confkey))
    """,
    "{} is a login that passes row-level security or administers the server": """
        SELECT rolname FROM pg_roles WHERE rolname = ANY (CAST(:logins AS text[]))
          AND (rolsuper OR rolcreaterole OR rolcreatedb OR (rolbypassrls AND rolname <> :backup))
    """,
    "{} is a login that is missing": """
        SELECT wanted FROM unnest(CAST(:logins AS text[])) AS wanted
        WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted)
    """,
    "{} is a member of another role": """
        SELECT m.member::regrole::text FROM pg_auth_members m
        WHERE m.member::regrole::text = ANY (CAST(:logins AS text[]))
    """,
    "{} belongs to one of the logins": """
        SELECT c.relname FROM pg_class c
        WHERE c.relowner::regrole::text = ANY (CAST(:logins AS text[])) AND c.relpersistence <> 't'
    """,
    "{} may be emptied, pointed at or given triggers by one of the logins": """
        SELECT DISTINCT c.relname FROM pg_class c, unnest(CAST(:logins AS text[])) AS login
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
          AND EXISTS (SELECT FROM pg_roles WHERE rolname = login)
          AND has_table_privilege(login, c.oid, 'TRUNCATE, REFERENCES, TRIGGER')
    """,
    "{} is a view that shows what its owner sees": """
        SELECT c.relname FROM pg_class c
        WHERE c.relnamespace IN ('public'::regnamespace, 'rti'::regnamespace)
          AND (c.relkind = 'm' OR (c.relkind = 'v' AND NOT coalesce('security_invoker=true' = ANY (c.reloptions), false)))
    """,
    "{} is a function with its owner's rights that does not say where it looks": """
        SELECT f.proname FROM pg_proc f
        WHERE f.pronamespace IN ('public'::regnamespace, 'rti'::regnamespace) AND f.prosecdef
          AND NOT EXISTS (SELECT FROM unnest(f.proconfig) AS setting WHERE setting LIKE 'search_path=%')
    """,
    "{} is a table that does not belong to the owner": """
        SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tableowner <> :owner
    """,
}
"""What must not be, as a sentence, and the query that names where it is."""
_VALUES = {"logins": list(Login), "owner": OWNER, "backup": Login.BACKUP}


async def faults(session: AsyncSession, declared: str) -> list[str]:
    """Everything that differs from the declaration with the digest `declared`; empty when all is well."""
    known = await session.scalar(
        text("SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = 'rti'")
    )
    if known is None:
        return ["No row security is set up in this database; run rti migrate"]
    found = []
    stands = f"{declared} {await session.scalar(text(FINGERPRINT))}"
    if known != stands:
        found.append("Grants, policies or functions differ from those declared; run rti migrate")
    for sentence, query in _FAULTS.items():
        values = {name: value for name, value in _VALUES.items() if f":{name}" in query}
        found += [sentence.format(name) for name in await session.scalars(text(query), values)]
    return found
