"""What came of trials: records, rows, tables, the leaderboard, and the comparison of several."""
