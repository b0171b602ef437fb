"""Pages of indicators: `open` for everybody, `desk` for staff."""
