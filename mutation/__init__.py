"""Mutation testing: change one thing in a module that must not be wrong, and see whether a test notices.

`mutants` makes the changes, `targets` names the modules and the tests that answer for each, `running` tries them,
and `docs/mutation.md` explains those that no test can notice.
"""
