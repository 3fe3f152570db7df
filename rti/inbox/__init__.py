"""Incoming mail and scans, filed with their request or held for a person.

A letter to a body goes out with a reply address of its request. What arrives there is stored before its sender is told
yes (`store`), read in a process of its own (`reader`), and filed with its request (`filing`). It becomes an entry of
the timeline that stops no clock: what it means is said by a person.
"""
