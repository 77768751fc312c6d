"""What is tried next: the queue, the budget, sampling, halving and promotion; and what became of the dead."""
