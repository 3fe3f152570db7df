"""Search for requests, public bodies and organisations by words and parts of words, in Khmer and English.

words    from a text to what it is found by, and from what somebody typed to what is looked for; pure
index    keeps the table `search` in step with the names and texts that it is made from
queries  what a person finds: the database narrows it to what the person may see before it counts or cuts
"""
