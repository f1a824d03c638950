"""Train: candidates, cross-validated search within a budget, and the leaderboard."""
