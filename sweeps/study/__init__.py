"""What is kept of a study: its trials, its storage, its folder, and who is at work in it."""
