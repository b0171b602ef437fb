"""The index itself, in each database's own way. See the room's README."""

from django.db import migrations


def make(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(
            "CREATE VIRTUAL TABLE search_bigrams USING fts5(title, body, content='', tokenize='ascii')"
        )
    else:
        schema_editor.execute("ALTER TABLE search_searchdocument ADD COLUMN elements text[] NOT NULL DEFAULT '{}'")
        # fastupdate off: a search must never wait for somebody else's pending list.
        schema_editor.execute(
            "CREATE INDEX search_elements ON search_searchdocument USING gin (elements) WITH (fastupdate = off)"
        )
        schema_editor.execute("ALTER TABLE search_searchdocument ALTER COLUMN elements SET STATISTICS 1000")


def unmake(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TABLE search_bigrams")
    else:
        schema_editor.execute("ALTER TABLE search_searchdocument DROP COLUMN elements")


class Migration(migrations.Migration):
    dependencies = [("search", "0001_initial")]
    operations = [migrations.RunPython(make, unmake)]
