"""The case system: information requests of community-based organisations to public bodies.

Folder map, from the ground up:

    law/             statutes, calendars, clocks and deadlines as pure functions of plain values
    statutes/        which law or campaign standard applies, as versioned data
    calendars/       days off per country and year, as dated and sourced rows
    bodies/          areas of Cambodia and the public bodies that can be asked
    cbos/            the organisations that ask; how one is locked and shredded
    campaigns/       programmes of requests and their target areas
    audit/           who did what, told with what it tells, and chained
    retention/       what is kept for how long, and its removal
    accounts/        people, roles, sessions, and what each role may do
    tenancy/         who sees which rows, kept by PostgreSQL itself: logins, grants, policies
    sealing/         encryption of what identifies a person: keys, cells, rotation
    backups/         encrypted backups, the way back, and the proof that it works
    documents/       which files are taken, and the copy of each that tells nothing on the side
    requests/        a request, what happened to it, its evidence and its deadlines
    correspondence/  every message that is to leave the system, as a row
    feeds/           dates and changes for calendar programs and news readers, behind a secret address
    statistics/      what is counted and how, and the tables that show it
    imports/         CSV files of other people, read line by line
    web/             what all pages and the JSON API share
    home, health, promises   the first page, whether the system is well, what it protects
    cli/             the command line

A slice holds `tables` (columns only), `commands` (what a person asks for, as values), `actions`
(write), `queries` (read), `pages` (HTML) and `api` (JSON), as far as it needs them.

The rules of the house:

1. `law` and the definitions in `statistics` know no database, no web and no clock.
2. Only `wallclock` reads the time; everything else takes `now` or `day` as an argument.
3. Only `db` commits: one transaction around a request or a job.
4. Whatever leaves the system is a row first; `notifications` carries it out.
5. Bad input is told by naming the field and what would be right, in the reader's language.
"""
