"""Backups of a running office, and bringing one back.

One file, `kuyakusho-<day>-<time>.tar.gz`:

    files/3f/3fa9…        uploaded files, under their random names
    audit-heads.jsonl     copies of the signed ends of the audit chains
    database.sqlite3      a consistent copy of the SQLite database, or
    database.dump         what pg_dump made of the PostgreSQL database
    manifest.json         what it is, of when, and the SHA-256 of every other member

Secrets are not in it: keep SECRET_KEY elsewhere.
"""
