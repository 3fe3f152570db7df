"""Who did what, when: written with what it tells, chained so that nobody can change it unseen.

    telling     how an action writes an entry: one call in its own transaction
    tallying    what comes very often, counted, and told once an hour
    chain       what the digests are over, and how a chain is checked; pure
    chaining    the sealer, which adds entries to the chain after they were committed
    checking    the whole chain of a database against itself and against heads kept elsewhere
    anchoring   the head of the chain, sent outside once a day

An entry names people and things by their identifiers and never holds a name, an address or a text that
somebody wrote, so that shredding an organisation leaves the chain whole.
"""
