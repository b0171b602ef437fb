"""The front door: a small asyncio process that never enters Django.

It holds the ready-made bytes of every public snapshot and the open event streams, answers those from memory,
and hands every other request to the pages (Granian) over loopback TCP. It stands alone: nothing here imports
Django or another package of the office. How it works and why: docs/mechanisms/live.md.
"""
