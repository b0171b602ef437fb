"""One function is one use case: the change, its audit line and its messages in one transaction."""
