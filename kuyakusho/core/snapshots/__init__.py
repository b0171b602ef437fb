"""Snapshots: public bytes made when something changes, and answered by the front door without a page."""
