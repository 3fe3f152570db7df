"""Backups: one encrypted file of all rows, one of the wrapped keys, and the proof that they can be restored.

    retention   which backups are kept and when the next is due: pure functions of moments
    encryption  a stream to and from a file in the age format
    archive     what is in the stream: a manifest, and the rows of each table
    folder      names of the files, the newest, and what is thrown away
    backup      a backup of one unchanging view of the database
    restore     an empty database filled with a backup, all or nothing
    drill       the newest backup restored for a while and examined
    runs        what was tried, when, and what came of it

A backup holds rows and nothing that runs: tables come from our own migrations and policies from our own
declaration, so that a forged backup, which anybody with the public key can encrypt, executes nothing.
"""
