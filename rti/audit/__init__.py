"""Who did what and when: recorded in the transaction of the action, chained so that no change goes unseen.

    record       how an action writes an entry, and how frequent ones are tallied
    chain        what the digests cover, and how a chain is checked; pure
    sealer       adds committed entries to the chain
    verify       the whole chain of a database against itself and against checkpoints kept elsewhere
    checkpoints  the head of the chain, mailed out once a day

An entry names people and things by their identifiers and never holds a name, an address or a text that
somebody wrote, so that shredding an organisation leaves the chain whole.
"""
