"""Commands that must be refused: one line, exit code 2, nothing written, no worker started.

`python -m tests.sweeps.bad_commands` gives all of them and says how many were answered right.
"""
