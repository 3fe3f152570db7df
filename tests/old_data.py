"""Rows as they were stored at each revision of the schema, for migrations to meet.

Each revision adds what its schema has a place for. A migration that adds tables adds its rows here.
"""

from collections.abc import Mapping

from sqlalchemy import Connection, text

_ID = "CAST(lpad(to_hex({kind}), 8, '0') || '-0000-4000-8000-' || lpad(to_hex(n), 12, '0') AS uuid)"


def _id(kind: int) -> str:
    """SQL: the identifier of row `n` of a kind."""
    return _ID.format(kind=kind)


CBO, BODY, REQUEST, EVENT, PERSON, CAMPAIGN, REMINDER, DOCUMENT, LETTER = map(_id, range(1, 10))
ONE = {
    "cbo": CBO.replace("to_hex(n)", "'1'"),
    "body": BODY.replace("to_hex(n)", "'1'"),
    "campaign": CAMPAIGN.replace("to_hex(n)", "'1'"),
}
MANY, FEW = "FROM generate_series(1, :count) AS n", "FROM generate_series(1, 10) AS n"

ROWS: Mapping[str, str] = {
    "0001": f"""
        INSERT INTO cbo (id, code, name_km, name_en, sends_messages, last_number, created_at)
        SELECT {CBO}, 'OLD' || n, 'x', 'x', true, 1, now() {FEW};
        INSERT INTO area (code, level, name_km, name_en) VALUES ('99', 'province', 'x', 'x');
        INSERT INTO statute (id, version, document, added_at) VALUES ('S', 1, '{{}}', now());
        INSERT INTO public_body (id, code, kind, name_km, name_en, country, address, phone, email, created_at)
        SELECT {BODY}, 'B' || n, 'other', 'x', 'x', 'KH', '', '', '', now() {FEW};
        INSERT INTO campaign (id, code, name_km, name_en, statute_id, starts_on, created_at)
        SELECT {CAMPAIGN}, 'C' || n, 'x', 'x', 'S', '2025-01-01', now() {FEW};
        INSERT INTO person (id, email, name, password_hash, role, cbo_id, language, wants_reminders, created_at)
        SELECT {PERSON}, n || '@old.example', 'x', 'x', CASE WHEN n % 2 = 0 THEN 'cbo_lead' ELSE 'staff' END,
            CASE WHEN n % 2 = 0 THEN {ONE["cbo"]} END, 'km', true, now() {FEW};
        INSERT INTO sign_in (token_hash, person_id, created_at, last_seen_at, expires_at)
        SELECT sha256(CAST(n::text AS bytea)), {PERSON}, now(), now(), now() {FEW};
        INSERT INTO request (id, cbo_id, body_id, campaign_id, reference, title, question, topic, channel, statute_id,
            statute_version, created_at, status, binding, soft, provisional, confirmed, next_due_on)
        SELECT {REQUEST}, {ONE["cbo"]}, {ONE["body"]}, {ONE["campaign"]}, 'OLD-' || n, 'x', 'x', 'land', 'counter', 'S', 1,
            now(), 'open', false, false, false, true, '2026-12-01' {MANY};
        INSERT INTO event (id, cbo_id, request_id, kind, happened_on, recorded_at, note, details)
        SELECT {EVENT}, {ONE["cbo"]}, {REQUEST}, 'received', '2026-01-01', now(),
            CASE WHEN n % 2 = 0 THEN 'note ' || n ELSE '' END, '{{}}' {MANY};
        INSERT INTO deadline (request_id, kind, epoch, cbo_id, state, starts_on, due_on, binding, soft, provisional,
            confirmed, steps)
        SELECT {REQUEST}, 'reply', 0, {ONE["cbo"]}, 'running', '2026-01-01', '2026-12-01', false, false, false, true, '[]' {MANY};
        INSERT INTO document (id, cbo_id, request_id, event_id, file_name, media_type, size, sha256, added_at)
        SELECT {DOCUMENT}, {ONE["cbo"]}, {REQUEST}, {EVENT}, n || '.pdf', 'application/pdf', 3, sha256('abc'), now() {FEW};
        INSERT INTO document_content (document_id, cbo_id, content) SELECT {DOCUMENT}, {ONE["cbo"]}, 'abc' {FEW};
        INSERT INTO reminder (id, cbo_id, request_id, rule, clock, epoch, due_on, created_at)
        SELECT {REMINDER}, {ONE["cbo"]}, {REQUEST}, 'soon', 'reply', 0, '2026-12-01', now() {MANY};
        INSERT INTO message (id, reminder_id, person_id, kind, values, message_id, state, attempt, deferrals, ambiguous,
            next_attempt_at, created_at, last_reply)
        SELECT {_id(20)}, {REMINDER}, {PERSON.replace("to_hex(n)", "'2'")}, 'reminder',
            '{{"rule": "soon", "due_on": "2026-12-01"}}', '<' || n || '@old>', 'queued', 0, 0, 0, now(), now(), '' {MANY};
    """,  # noqa: S608 -- our own words
    "0003": "UPDATE request SET urgent = true WHERE reference LIKE '%7'",
    "0004": f"""
        INSERT INTO requester (request_id, cbo_id, name) SELECT {REQUEST}, {ONE["cbo"]}, 'sealed' {MANY};
        INSERT INTO cbo_safety (id, cbo_id, step, happened_at, reason) SELECT {_id(21)}, {CBO}, 'locked', now(), '' {FEW};
        INSERT INTO identity_opening (id, cbo_id, request_id, person_id, opened_at)
        SELECT {_id(22)}, {ONE["cbo"]}, {REQUEST}, {PERSON}, now() {FEW};
        INSERT INTO document_copy (document_id, cbo_id, media_type, sha256, made_by, had_location, content)
        SELECT {DOCUMENT}, {ONE["cbo"]}, 'image/png', '', '1', true, '' {FEW};
    """,
    "0005": f"""
        INSERT INTO reminder_rule (campaign_id, name, about, begins, ends, "to")
        SELECT {CAMPAIGN}, 'own', 'answer', -3, 0, 'everybody' {FEW};
        INSERT INTO feed (person_id, token_hash, created_at) SELECT {PERSON}, sha256(CAST(n::text AS bytea)), now() {FEW};
        INSERT INTO letter (id, cbo_id, request_id, reminder_id, state, language, proposed_at)
        SELECT {LETTER}, {ONE["cbo"]}, {REQUEST}, {REMINDER}, 'approved', 'km', now() {FEW};
        INSERT INTO snooze (id, cbo_id, request_id, until, reason, snoozed_at, snoozed_by)
        SELECT {_id(23)}, {ONE["cbo"]}, {REQUEST}, '2026-12-24', '', now(), {PERSON} {FEW};
        INSERT INTO message (id, letter_id, kind, values, message_id, state, attempt, deferrals, ambiguous,
            next_attempt_at, created_at, last_reply)
        SELECT {_id(24)}, {LETTER}, 'letter', '{{}}', '<l' || n || '@old>', 'accepted', 1, 0, 0, now(), now(), '' {FEW};
        INSERT INTO message (id, person_id, digest_on, kind, values, message_id, state, attempt, deferrals, ambiguous,
            next_attempt_at, created_at, last_reply)
        SELECT {_id(25)}, {PERSON}, '2026-11-23', 'digest', '{{}}', '<d' || n || '@old>', 'accepted', 1, 0, 0, now(), now(), '' {FEW};
        INSERT INTO reminder (id, cbo_id, request_id, rule, clock, epoch, due_on, created_at, occasion)
        SELECT {_id(26)}, {ONE["cbo"]}, {REQUEST}, 'soon', 'reply', 0, '2026-12-01', now(), 1 {FEW};
    """,
    "0006": f"""
        INSERT INTO channel_address (person_id, channel, address, chosen) SELECT {PERSON}, 'telegram', '12345', true {FEW};
        INSERT INTO bounce (message_id, person_id, channel, address, status, reported_at)
        SELECT {_id(20)}, {PERSON}, 'email', 'x', '5.1.1', now() {FEW};
    """,
    "0007": f"""
        INSERT INTO guess (key, free_at) SELECT sha256(CAST(n::text AS bytea)), now() {FEW};
        INSERT INTO api_token (id, token_hash, person_id, name, scope, created_at, expires_at)
        SELECT {_id(27)}, sha256(CAST(n::text AS bytea)), {PERSON}, '', 'read', now(), now() {FEW};
        INSERT INTO invitation (person_id, token_hash, created_at, expires_at)
        SELECT {PERSON}, sha256(CAST(n::text AS bytea)), now(), now() {FEW};
        INSERT INTO totp (person_id, secret, last_step, created_at) SELECT {PERSON}, '', 0, now() {FEW};
        INSERT INTO passkey (id, person_id, credential_id, public_key, sign_count, name, created_at)
        SELECT {_id(28)}, {PERSON}, sha256(CAST(n::text AS bytea)), '', 0, '', now() {FEW};
        INSERT INTO recovery_code (person_id, code_hash) SELECT {PERSON}, '' {FEW};
        UPDATE person SET password_hash = NULL WHERE name = 'x' AND cbo_id IS NULL;
        INSERT INTO message (id, person_id, kind, values, message_id, state, attempt, deferrals, ambiguous,
            next_attempt_at, created_at, last_reply)
        SELECT {_id(29)}, {PERSON}, 'invitation', '{{}}', '<i' || n || '@old>', 'accepted', 1, 0, 0, now(), now(), '' {FEW};
    """,  # noqa: S608 -- our own words
    "0008": f"""
        INSERT INTO audit_entry (id, happened_at, what, about, details) SELECT {_id(30)}, now(), 'exported', '', '{{}}' {MANY};
        INSERT INTO message (id, kind, values, message_id, state, attempt, deferrals, ambiguous, next_attempt_at,
            created_at, last_reply, to_address)
        SELECT {_id(31)}, 'anchor', '{{}}', '<a' || n || '@old>', 'accepted', 1, 0, 0, now(), now(), '', 'x@y.example' {FEW};
    """,
    "0009": f"""
        INSERT INTO backup_run (id, kind, began_at, ended_at, well, file, result)
        SELECT {_id(32)}, 'backup', now(), now(), true, 'old.age', '' {FEW};
    """,
    "0010": f"""
        INSERT INTO channel_address (person_id, channel, address, chosen) SELECT {PERSON}, 'telegram', '12345', true {FEW} ON CONFLICT DO NOTHING;
    """,
    "0011": f"""
        INSERT INTO allowance (key, free_at) SELECT sha256(CAST('own' || n AS bytea)), now() {FEW};
        INSERT INTO audit_tally (id, hour, what, person_id, details, times)
        SELECT {_id(33)}, now(), 'denied', {PERSON}, '{{}}', n {FEW};
    """,
    "0012": """
        UPDATE document SET altered_at = now(), next_check_at = now() + INTERVAL '1 day', threat = 'Eicar'
        WHERE id IN (SELECT id FROM document ORDER BY id LIMIT 3);
        INSERT INTO audit_entry (id, happened_at, what, about, details)
        SELECT gen_random_uuid(), now(), what, '', '{}'
        FROM unnest(ARRAY['document_whole', 'document_quarantined', 'document_released', 'person_forgotten']) AS what;
    """,
    "0014": f"""
        INSERT INTO job (id, kind, person_id, arguments, state, done, total, attempt, next_attempt_at, cancel_asked, created_at)
        SELECT {_id(34)}, 'import', {PERSON}, '{{"kind": "bodies"}}', 'queued', 0, 1, 0, now(), false, now() {FEW};
    """,
    "0017": f"""
        INSERT INTO mention (message_id, reminder_id, ends) SELECT {_id(20)}, {_id(26)}, -1 {FEW};
    """,
    "0016": f"""
        INSERT INTO submission (person_id, key, content, sent_at) SELECT {PERSON}, '', '', now() {FEW};
    """,
    "0018": f"""
        INSERT INTO file_import (id, kind, cbo_id, person_id, counts, created_at)
        SELECT {_id(35)}, 'requests', {CBO}, {PERSON}, '{{"imported": 1}}', now() {FEW};
        INSERT INTO import_entry (file_import_id, of_table, row_id) SELECT {_id(35)}, 'request', {REQUEST} {FEW};
        UPDATE event SET changes = '{{"title": ["x", "y"]}}' WHERE id IN (SELECT id FROM event ORDER BY id LIMIT 3);
        INSERT INTO former_name (id, body_id, code, name_km, name_en, until, created_at)
        SELECT {_id(36)}, {BODY}, 'OLD' || n, 'x', 'x', '2026-01-01', now() {FEW};
        UPDATE request SET duplicate_of = (SELECT id FROM request ORDER BY id LIMIT 1)
        WHERE id = (SELECT id FROM request ORDER BY id LIMIT 1 OFFSET 1)
            AND cbo_id = (SELECT cbo_id FROM request ORDER BY id LIMIT 1);
    """,  # noqa: S608 -- our own words
    "0021": f"""
        INSERT INTO letter_text (kind, language, subject, body, changed_at) VALUES ('request', 'km', '', '', now());
        INSERT INTO written_letter (id, cbo_id, request_id, kind, language, written_at, made_by, sha256, words, content)
        SELECT {_id(37)}, {ONE["cbo"]}, {REQUEST}, 'request', 'km', now(), 'typst', '', '', '' {FEW};
    """,  # noqa: S608 -- our own words
    "0028": """
        UPDATE cbo SET kind = 'women', mapped = true, target = true WHERE code = 'OLD1';
    """,
    "0029": f"""
        INSERT INTO checklist (campaign_id, kind, version, items, added_at) SELECT {ONE["campaign"]}, 'other', n, '[]', now() {FEW};
        INSERT INTO visit (id, campaign_id, body_id, cbo_id, checklist_version, findings, visited_on, recorded_at, recorded_by)
        SELECT {_id(38)}, {ONE["campaign"]}, {BODY}, {CBO}, 0, '{{"budget": "board"}}', '2026-06-01', now(), {PERSON} {FEW};
        INSERT INTO visit_photo (id, visit_id, media_type, content) SELECT {_id(39)}, {_id(38)}, 'image/png', '' {FEW};
    """,
    "0030": f"""
        INSERT INTO question_list (campaign_id, version, items, added_at) SELECT {ONE["campaign"]}, n, '[]', now() {FEW};
        INSERT INTO reading (id, cbo_id, request_id, campaign_id, place, reader_id, questions_version, findings, read_at)
        SELECT {_id(40)}, {ONE["cbo"]}, {REQUEST}, {ONE["campaign"]}, 1, {PERSON}, 1, '[]', now() {FEW};
    """,
    "0034": f"""
        INSERT INTO batch (id, cbo_id, campaign_id, filing, title, asked, filed_by, created_at)
        SELECT {_id(41)}, {ONE["cbo"]}, {CAMPAIGN}, 'itself', 'x', '{{}}', {PERSON}, now() {FEW};
        INSERT INTO batch_body (batch_id, body_id, cbo_id, request_id)
        SELECT {_id(41)}, {BODY}, {ONE["cbo"]}, {REQUEST} {FEW};
    """,
    "0036": f"""
        INSERT INTO saved_list (id, person_id, name, wanted, shared_in, mails, created_at)
        SELECT {_id(42)}, {PERSON}, 'x' || n, '{{"overdue": "1"}}', {ONE["campaign"]}, true, now() {FEW};
    """,
    "0038": f"""
        INSERT INTO saved_report (id, person_id, name, wanted, file, mails_to, sent_on, created_at)
        SELECT {_id(43)}, {PERSON}, 'x' || n, '{{"method": "own"}}', 'xlsx', 'group', CURRENT_DATE, now() {FEW};
    """,
    "0039": f"""
        INSERT INTO redaction (id, cbo_id, document_id, marks, reason, redacted_at, redacted_by)
        SELECT {_id(44)}, {ONE["cbo"]}, {DOCUMENT}, '[{{"page": 1, "box": null}}]', '', now(), {PERSON} {FEW};
        INSERT INTO document_preview (document_id, cbo_id, content) SELECT {DOCUMENT}, {ONE["cbo"]}, '' {FEW};
    """,
    "0044": f"""
        INSERT INTO document_text (document_id, cbo_id, copy_sha256, content, read_at)
        SELECT {DOCUMENT}, {ONE["cbo"]}, '', '', now() {FEW};
    """,
    "0025": f"""
        INSERT INTO search (id, kind, words) SELECT gen_random_uuid(), 'body', 'x' {FEW};
    """,
}


def fill(connection: Connection, revision: str, count: int) -> None:
    """Store the rows of a revision, `count` of the large tables."""
    for statement in ROWS.get(revision, "").split(";\n"):
        if statement.strip():
            connection.execute(text(statement), {"count": count} if ":count" in statement else {})
