"""Who sees which rows, enforced by PostgreSQL: grants and row-level security.

    policies    for every table: which login may do what with which rows; the only place that says so
    apply       the declaration made into roles, grants, functions and policies
    verify      whether a database stands as declared; nothing starts where it does not

A forgotten WHERE shows nothing that its login may not see. A setting of a session can only say which
person asks; how far that person's role sees depends on the login (`core.db_roles`), which no setting changes.
"""
