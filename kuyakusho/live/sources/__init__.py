"""Where snapshots are read from, and who rings when they change."""
