"""A plan as files, and files as a plan.

bundle      a plan with everything that belongs to it, as tables of plain values
restoring   a bundle back into the database: the identical tree, ids and order; twice changes nothing
cells       texts in spreadsheet cells: exact, and never a formula
files       JSON, a ZIP of CSV files, XLSX: bytes from a bundle and back
open_data   what everybody may download: the newest edition as tables
sheets      the evaluation sheet in the shape of the city's form: HTML, XLSX, PDF
"""
