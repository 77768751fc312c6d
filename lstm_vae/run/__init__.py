"""One run: its folder, its record, its execution, going on with it, loading its model."""
