"""How long data is kept, and the daily deletion of expired data.

schedule    each class of data, how long it is kept and why; pure
purge       the removal, once a day or by the command line, and the report of it
"""
