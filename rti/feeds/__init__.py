"""Feeds for a person's calendar program and news reader: dates as iCalendar, changes as Atom.

    secrets     the address of a person's feeds: made, revoked, and who stands behind it now
    queries     the dates and the changes that this person may see now
    calendar    dates as iCalendar (RFC 5545): values to bytes
    atom        changes as Atom (RFC 4287): values to bytes

Whoever knows the address reads the feed, so only its SHA-256 is kept, and it says as little as a message:
no title, no name, no institution, unless the person asked for more.
"""
