"""Who sees which request: the one definition, from which policies, queries and digests are built.

    members, leads                  the requests of their own organisation
    campaign staff                  those that are assigned to them: of a campaign, to the bodies of a province, or all
    working group, administrators   none

In figures members count their own requests, and everybody else counts all. Beyond this rule, queries show no
request of a locked organisation to anybody (`rti.models.cbos.not_locked`), and of a sealed request staff see
neither the organisation nor its documents (`rti.requests.requester.is_hidden`).

The rule is SQL that takes the person as a parameter. It compares a column with a subselect, which is evaluated
once for a query and not for a row.
"""

from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import ColumnElement, Uuid, and_, bindparam, false, text, true

from rti.core.db_roles import LOGINS, Login, login_of, statistics_login_of
from rti.core.roles import Reader, Role

ME = "rti.me()"
"""SQL: the person of the transaction."""

FUNCTIONS: Mapping[str, tuple[str, str]] = {
    "me()": ("uuid", "SELECT NULLIF(current_setting('rti.person', true), '')::uuid"),
    "cbo_of(reader uuid)": (
        "uuid",
        "SELECT cbo_id FROM public.person WHERE id = reader AND disabled_at IS NULL",
    ),
    "language_of(reader uuid)": ("text", "SELECT language FROM public.person WHERE id = reader"),
    "campaigns_of(reader uuid)": (
        "uuid[]",
        "SELECT array_agg(campaign_id) FROM public.assignment WHERE person_id = reader",
    ),
    "bodies_of(reader uuid)": (
        "uuid[]",
        """SELECT array_agg(b.id) FROM public.assignment a
           JOIN public.public_body b ON b.province_code = a.province_code WHERE a.person_id = reader""",
    ),
    "provinces_of(reader uuid)": (
        "text[]",
        "SELECT array_agg(province_code) FROM public.assignment WHERE person_id = reader",
    ),
    "readings_of(wanted uuid)": (
        "integer",
        "SELECT CAST(count(*) AS integer) FROM public.reading WHERE request_id = wanted",
    ),
    "staff_seeing(campaign uuid, province text)": (
        "uuid[]",
        f"""SELECT array_agg(DISTINCT p.id) FROM public.assignment a JOIN public.person p ON p.id = a.person_id
           WHERE session_user = '{Login.STAFF}' AND p.role = '{Role.STAFF}' AND p.disabled_at IS NULL
           AND (a.campaign_id = campaign OR a.province_code = province
               OR (a.campaign_id IS NULL AND a.province_code IS NULL))""",
    ),
    "kept_of(wanted uuid)": (
        "text[]",
        """SELECT array_remove(ARRAY[
            CASE WHEN EXISTS (SELECT FROM public.document_copy c WHERE c.document_id = wanted) THEN 'copy' END,
            CASE WHEN EXISTS (SELECT FROM public.document_preview p WHERE p.document_id = wanted) THEN 'preview' END,
            CASE WHEN EXISTS (SELECT FROM public.document_text t JOIN public.document_copy c ON c.document_id = t.document_id
                AND c.sha256 = t.copy_sha256 WHERE t.document_id = wanted) THEN 'text' END,
            CASE WHEN EXISTS (SELECT FROM public.redaction r WHERE r.document_id = wanted) THEN 'redaction' END], NULL)""",
    ),
    "sees_everything(reader uuid)": (
        "boolean",
        """SELECT coalesce(bool_or(campaign_id IS NULL AND province_code IS NULL), false)
           FROM public.assignment WHERE person_id = reader""",
    ),
}
"""Functions of the schema `rti`: the type they return and their body. They run with the owner's rights,
so that a login need not read the tables in which they look."""
ENTER = "enter(given bytea, at timestamp with time zone, seen_since timestamp with time zone)"
"""Who holds the session, if it was last seen since then, or token with this SHA-256, as JSON, and whether they work under the login that asks. If they
do, the rest of the statement is answered for them: it tells the policies who asks, as a transaction does. It is the one
function that is not the same for each row, and no policy uses it."""
_LOGIN_OF_ROLE = " ".join(f"WHEN '{role}' THEN '{LOGINS[role]}'" for role in Role)
ENTERING = f"""
    WITH found AS (
        SELECT s.id, s.person_id, s.proved_at, s.last_seen_at, s.second_factor_at IS NOT NULL AS second_factor,
            CAST(NULL AS text) AS scope
        FROM public.sign_in s WHERE s.token_hash = given AND s.expires_at > at AND s.last_seen_at > seen_since
        UNION ALL
        SELECT t.id, t.person_id, NULL, NULL, false, t.scope
        FROM public.api_token t WHERE t.token_hash = given AND t.expires_at > at
    )
    SELECT json_build_object(
            'id', found.id, 'proved_at', found.proved_at, 'last_seen_at', found.last_seen_at,
            'second_factor', found.second_factor, 'scope', found.scope,
            'person', json_build_object('id', p.id, 'role', p.role, 'name', p.name, 'cbo_id', p.cbo_id, 'language', p.language),
            'enrolled', EXISTS (SELECT FROM public.totp WHERE totp.person_id = p.id)
                OR EXISTS (SELECT FROM public.passkey WHERE passkey.person_id = p.id)),
        CASE WHEN session_user = CASE p.role {_LOGIN_OF_ROLE} END
            THEN set_config('rti.person', p.id::text, true) IS NOT NULL ELSE false END
    FROM found JOIN public.person p ON p.id = found.person_id
    WHERE p.disabled_at IS NULL
        AND NOT EXISTS (SELECT FROM public.cbo WHERE cbo.id = p.cbo_id AND cbo.locked_at IS NOT NULL)
"""
LOOKED_INTO = (
    *("person", "assignment", "request", "sign_in", "api_token", "totp", "passkey", "cbo", "reading"),
    *("event", "batch_body"),
    *("document_copy", "document_preview", "document_text", "redaction"),
)
"""Restricted tables that these functions read, and their owner therefore may read."""


def cbo_of(person: str = ME) -> str:
    """SQL: the organisation of a person, NULL for those who belong to none or are disabled."""
    return f"(SELECT rti.cbo_of({person}))"


def sees_everything(person: str = ME) -> str:
    """SQL: whether all requests are assigned to a person."""
    return f"(SELECT rti.sees_everything({person}))"


def own(cbo_id: str = "cbo_id", person: str = ME) -> str:
    """SQL: whether the organisation in the column `cbo_id` is that of a person."""
    return f"{cbo_id} = {cbo_of(person)}"


def own_requests(person: str = ME) -> str:
    """SQL: whether a row of `request` is of a person's own organisation."""
    return own("request.cbo_id", person)


def is_assigned(campaign_id: str, person: str = ME) -> str:
    """SQL: whether the campaign in a column is assigned to a person."""
    return f"{campaign_id} = ANY (CAST((SELECT rti.campaigns_of({person})) AS uuid[]))"


def assigned_requests(person: str = ME) -> str:
    """SQL: whether a row of `request` is assigned to a person."""
    return f"""{sees_everything(person)}
    OR {is_assigned("request.campaign_id", person)}
    OR request.province_code = ANY (CAST((SELECT rti.provinces_of({person})) AS text[]))"""


REQUESTS_SEEN: Mapping[Login, Callable[[str], str]] = {
    Login.CBO: own_requests,
    Login.STAFF: assigned_requests,
}
"""The requests that people under a login see; those under other logins see none."""
_SEEN_BY_READER = {login: text(f"({seen(':reader')})") for login, seen in REQUESTS_SEEN.items()}


ASSIGNED = text(f"""
    SELECT {sees_everything(":reader")} AS everything, coalesce(rti.campaigns_of(:reader), '{{}}') AS campaigns,
        coalesce(rti.provinces_of(:reader), '{{}}') AS provinces
""").bindparams(bindparam("reader", type_=Uuid))
"""What is assigned to a member of staff: for those who look at many requests before these are there."""

ORDERED: Mapping[Login, Sequence[tuple[str, str]]] = {
    Login.CBO: (("SELECT 1 AS id", own_requests()),),
    Login.STAFF: (
        (f"SELECT 1 AS id WHERE {sees_everything()}", "true"),
        (
            f"SELECT id FROM unnest(rti.campaigns_of({ME})) AS id WHERE id IS NOT NULL",
            "request.campaign_id = part.id",
        ),
        (
            f"SELECT id FROM unnest(rti.provinces_of({ME})) AS id WHERE id IS NOT NULL",
            "request.province_code = part.id",
        ),
    ),
}
"""The same rule in parts, for what is wanted in an order: the rows of each `part`, and which request belongs to
one of them. Who sees everything has an assignment without a campaign, for which nothing is to be looked up. An index brings the first requests of each row in their order, where one condition with OR would read them all."""


def visible_under(login: Login) -> ColumnElement[bool]:
    """The same for a statement that runs for the person who enters with it."""
    return and_(text(f"({REQUESTS_SEEN[login](ME)})")) if login in REQUESTS_SEEN else false()


def visible_to(person: Reader) -> ColumnElement[bool]:
    """Whether a person sees a row of `request`: for the WHERE of a query under any login."""
    return _seen(login_of(person), person, otherwise=false())


def counted_for(person: Reader | None) -> ColumnElement[bool]:
    """Whether a row of `request` counts in the figures of a person, or of the command line as None."""
    return _seen(statistics_login_of(person), person, otherwise=true())


def _seen(login: Login, person: Reader | None, otherwise: ColumnElement[bool]) -> ColumnElement[bool]:
    if person is None or login not in REQUESTS_SEEN:
        return otherwise
    reader = bindparam("reader", person.id, Uuid, unique=True)
    return and_(_SEEN_BY_READER[login].bindparams(reader))
