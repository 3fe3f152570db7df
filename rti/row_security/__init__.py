"""Who sees which rows, kept by PostgreSQL itself: logins, grants and row-level security.

    logins      the PostgreSQL logins under which the parts of the system work, and whose they are
    rows        for every table: which login may do what with which rows; the only place that says so
    applying    the declaration made into roles, grants, functions and policies
    catalogue   whether a database really stands as declared; nothing starts where it does not

A forgotten WHERE shows nothing that its login may not see. A setting of a session can only say which
person asks; how far that person's kind sees hangs on the login, which no setting changes.
"""
