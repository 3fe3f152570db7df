"""The law as data and pure functions: statutes, calendars, clocks and the reasons for every date.

Nothing here reads a file, a clock or a database; days and moments are arguments. Only the standard
library is imported.

bilingual      names in Khmer and English
limits         an amount and a unit, such as "20 working"
calendars      which days are working days, counted by look-up
events         what happened in a case, and what of it was known when
rules          the declared parts of a statute: clocks, counting, extensions, stops, transfers
statutes       a statute as a whole, in the shape of its document
consistency    what the parts of a statute must keep among themselves
counting       the last day of a limit
clock_state    one clock, carried through the events of a case
deadlines      statute + calendar + events -> deadlines, each with its steps
explanations   why a date is what it is, as sentences that can be translated
status         where a request stands, and whether a deadline is overdue on a day
library/       the statutes that are shipped
"""
