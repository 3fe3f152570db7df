"""What is kept for how long, and the daily removal of what is not.

classes     each class of data, how long it is kept and why; pure
removing    what goes, once a day or by the command line, and the report of it
"""
