"""The case system: information requests of community-based organisations to public bodies.

Each layer imports from those below it and from none beside or above it; `make check` refuses anything else.

    cli/             the command line
    web/             pages, the JSON API and what they share
    health           whether database, scheduler, messages and backups are well
    schedule         the periodic jobs of all features, for the scheduler
    (notifications)  everything about messages to people, and the scheduler: a package beside this one
    dossiers/        a case with its evidence, for a court and for checking elsewhere
    labels           the words for the members of enumerations
    backups/         encrypted backups, restoring them, and restore drills
    demo             a campaign with invented requests
    feeds/           due dates for calendar programs and changes for news readers, behind a secret address
    inbox/           incoming mail and scans, and filing them with their requests
    letters/         letters to public bodies, on paper in the form that Cambodian offices use
    imports/         CSV and XLSX files of other systems, read line by line
    releases/        figures frozen for publication, checked by others, audited and verified
    retention/       how long each class of data is kept, and its deletion
    statistics/      methods of counting, and their tables
    safety/          locking and shredding an organisation, erasing people
    readiness        whether database and key file fit this version
    upgrade          migrations and the reference data that every installation has
    batches/         one question of a campaign to many bodies, and the status of those requests
    coding/          what answers say, question by question, read by two
    requests/        a request, its events, evidence, deadlines and status
    visits/          what bodies publish: checklists, and the findings of monitors
    bodies/          areas of Cambodia and the public bodies that can be asked
    campaigns/       programmes of requests and their target areas
    statutes/        laws, drafts and campaign standards as versioned data
    topics/          topics of requests, as data
    calendars/       days off per country and year, as dated and sourced rows
    accounts/        people, sign-in, second factors, sessions, rate limits
    cbos/            the organisations that ask
    audit/           who did what: recorded, hash-chained, verified
    jobs/            the durable queue: long work is a row first
    encryption/      field encryption with keys of each organisation, and their rotation
    search/          search by words and parts of words, in Khmer and English
    outbox           a message is a row first
    models/          every table with its enumerations
    row_security/    which login may see and do what, enforced by PostgreSQL
    files/           file types, the copy without metadata, the virus scanner, typesetting PDF
    core/            database, settings, clock, translations, errors, validation, ciphers
    law/             statutes, calendars, clocks and deadlines: pure functions of plain values

A feature has `commands` (what a person asks for, as values), `actions` (writes) and `queries` (reads), as far
as it needs them; its tables are in `models`, its pages and JSON in `web`.

Rules:

1. `law` and the definitions in `statistics` know no database, no web and no clock.
2. Only `core.wallclock` reads the time; everything else takes `now` or `day` as an argument.
3. Only `core.db` commits: one transaction around a request or a job.
4. Whatever leaves the system is a row first; `notifications` sends it.
5. Bad input gets a message in the reader's language that names the field and what would be right.
"""
