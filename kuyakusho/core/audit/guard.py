"""The database's own refusal to change audit lines: triggers, the same on SQLite and PostgreSQL.

A line may be inserted unsealed and sealed once (number and digest, from nothing to something); nothing else about
it may change, and it may not be removed. Whoever owns the database can drop triggers: the chain and its signed
head show what was done then. A migration that alters the table on SQLite makes it anew without its triggers and
must call `install` again; a test and `kuyakusho doctor` look that they are there.
"""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

NAMES = ("audit_line_insert", "audit_line_update", "audit_line_delete")
REFUSAL = "audit lines are never changed or removed"

_SQLITE = [
    f"""
    CREATE TRIGGER audit_line_insert BEFORE INSERT ON audit_auditline
    WHEN NEW.number IS NOT NULL OR NEW.digest <> ''
    BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END
    """,
    f"""
    CREATE TRIGGER audit_line_update BEFORE UPDATE ON audit_auditline
    WHEN OLD.number IS NOT NULL OR NEW.number IS NULL OR length(NEW.digest) <> 64
      OR NEW.id IS NOT OLD.id OR NEW.ward_id IS NOT OLD.ward_id OR NEW.at IS NOT OLD.at
      OR NEW.actor IS NOT OLD.actor OR NEW.action IS NOT OLD.action OR NEW.target IS NOT OLD.target
      OR NEW.facts IS NOT OLD.facts
    BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END
    """,
    f"""
    CREATE TRIGGER audit_line_delete BEFORE DELETE ON audit_auditline
    BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END
    """,
]

_POSTGRESQL = [
    f"""
    CREATE OR REPLACE FUNCTION audit_line_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END $$
    """,
    """
    CREATE TRIGGER audit_line_insert BEFORE INSERT ON audit_auditline FOR EACH ROW
    WHEN (NEW.number IS NOT NULL OR NEW.digest <> '') EXECUTE FUNCTION audit_line_refuse()
    """,
    """
    CREATE TRIGGER audit_line_update BEFORE UPDATE ON audit_auditline FOR EACH ROW
    WHEN (OLD.number IS NOT NULL OR NEW.number IS NULL OR length(NEW.digest) <> 64
      OR NEW.id IS DISTINCT FROM OLD.id OR NEW.ward_id IS DISTINCT FROM OLD.ward_id
      OR NEW.at IS DISTINCT FROM OLD.at OR NEW.actor IS DISTINCT FROM OLD.actor
      OR NEW.action IS DISTINCT FROM OLD.action OR NEW.target IS DISTINCT FROM OLD.target
      OR NEW.facts IS DISTINCT FROM OLD.facts) EXECUTE FUNCTION audit_line_refuse()
    """,
    """
    CREATE TRIGGER audit_line_delete BEFORE DELETE ON audit_auditline FOR EACH ROW
    EXECUTE FUNCTION audit_line_refuse()
    """,
    """
    CREATE TRIGGER audit_line_truncate BEFORE TRUNCATE ON audit_auditline FOR EACH STATEMENT
    EXECUTE FUNCTION audit_line_refuse()
    """,
]


def install(connection: BaseDatabaseWrapper) -> None:
    """Puts the triggers in place; those that are there already are made anew."""
    remove(connection)
    with connection.cursor() as cursor:
        for statement in _SQLITE if connection.vendor == "sqlite" else _POSTGRESQL:
            cursor.execute(statement)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Takes the triggers away: for undoing the migration, and for emptying a database between tests."""
    with connection.cursor() as cursor:
        for name in (*NAMES, "audit_line_truncate"):
            if connection.vendor == "sqlite":
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
            else:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON audit_auditline")


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """The triggers that should be there and are not (or are switched off, on PostgreSQL)."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        else:
            cursor.execute(
                "SELECT tgname FROM pg_trigger "
                "WHERE tgrelid = 'audit_auditline'::regclass AND tgenabled <> 'D'"
            )
        there = {row[0] for row in cursor.fetchall()}
    return [name for name in NAMES if name not in there]
