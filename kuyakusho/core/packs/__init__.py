"""Packs: what a ward is and does, as data (TOML, CSV, Markdown). See README.md and docs/packs.md.

files.py      reads a pack with positions          registry.py   which room reads which part
faults.py     what is wrong, where, how to mend    services.py   check, diff, apply
shapes.py     bases of typed entries               parts/        ward, sections, districts, closing days, …
"""
