"""Many accounts at once: every environment of a project planned, applied or audited, each by a process of its own.

An environment is one account: one key, one rate limit, one lock. So nothing is shared between two of them but the
documents, and a job is nothing but the program itself, run for one environment with that environment's key alone.
Shell: starts processes, and with a queue speaks to PostgreSQL.
"""
