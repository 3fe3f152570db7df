"""Everything that crosses the mail wire, and the clock that drives it.

    sweep       each minute: due dates of which a rule has something to say → reminders and messages, as rows
    dispatch    every few seconds: messages whose turn has come → the mail server
    digest      one message a day that adds up what is due
    hours       the hours at which a person wants to hear anything
    outbox      claiming messages, and writing down what became of them
    letters     the words of a message
    wire        one conversation with a mail server, and what each of its failures means
    jobs        what the scheduler does: these, the chain of the audit log, retention, documents, backups
    timetable   what runs when, in one process; all truth is in the database

A missed night loses nothing: the sweep looks for what is still worth saying and has not been said.
"""
