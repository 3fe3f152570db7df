"""Everything about messages to people, and the scheduler that drives it.

    rules             who is reminded of what and when, by campaign
    sweep             each minute: due dates of which a rule has something to say become reminders and messages
    forecast          what an import will cause, before it does
    digests           one message a day that adds up what is due
    hours             the hours at which a person wants messages
    chasers           letters to public bodies: proposed by a rule, approved by a person
    channels          where a person's messages go, verified by a code
    unsubscribe       ending digests with one click
    queries           the messages that a person may see, and the state of the queue
    outbox            claims due messages under a lease and records what became of them
    render            the text of a message
    dispatch          every few seconds: due messages to the mail server and the gateways
    smtp              one conversation with a mail server, and what each of its failures means
    gateways          channels other than e-mail
    delivery_reports  what mail servers report later
    bounces           the health of an address
    jobs              the periodic jobs of messages
    scheduler         runs the periodic jobs that it is given, in one process; all state is in the database

A missed night loses nothing: the sweep looks for what is still worth sending and has not been sent.
"""
