"""The command line's side of a run: arguments, checks before it starts, exit codes, what is said."""
