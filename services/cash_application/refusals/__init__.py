"""What a lane cannot apply: dead letters, and the doubts that hold whom they may concern (rules.md K5)."""
