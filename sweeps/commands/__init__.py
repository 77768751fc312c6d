"""`python -m sweeps ...`: a file a command, each with `add(subparsers)` and what it runs."""
