"""Durable jobs: long work is a row, done for one person after the response was sent.

leases      taking rows whose turn has come, so that nobody else has them; and how long to wait after a failure
queue       adding jobs, and writing down how far they are and how they ended
beside      work that keeps a processor busy, in a process beside this one
reports     what a job was given and came to, sealed for whoever asked
worker      takes jobs and runs each as the person who asked, in one transaction with its own end
"""
