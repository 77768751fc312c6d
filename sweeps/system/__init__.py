"""What the operating system gives: files written whole, files read with care, locks, signals, processes."""
