"""How long data are kept, and the daily removal of what is due to go.

schedule    each class of data, how long it is kept and why; pure
purge       the removal, once a day or by the command line, and the report of it
"""
