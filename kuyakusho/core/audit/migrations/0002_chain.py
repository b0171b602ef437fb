import django.db.models.deletion
from django.db import migrations, models

import kuyakusho.core.wards.models
from kuyakusho.core.audit import guard


def install(apps, schema_editor):
    guard.install(schema_editor.connection)


def remove(apps, schema_editor):
    guard.remove(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial"), ("wards", "0001_initial")]

    operations = [
        migrations.AddConstraint(
            model_name="auditline",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ward__isnull", True)),
                fields=("number",),
                name="audit_number_once_no_ward",
            ),
        ),
        migrations.AddIndex(
            model_name="auditline",
            index=models.Index(fields=["ward", "-at"], name="audit_latest"),
        ),
        migrations.CreateModel(
            name="Chain",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(default=kuyakusho.core.wards.models.new_public_id, editable=False, help_text="part of the first link", max_length=16, unique=True)),
                ("number", models.BigIntegerField(default=0, help_text="of the last sealed line")),
                ("digest", models.CharField(blank=True, max_length=64)),
                ("signature", models.CharField(blank=True, max_length=100)),
                ("sealed_at", models.DateTimeField(null=True)),
                ("verified_at", models.DateTimeField(null=True)),
                ("verified_number", models.BigIntegerField(default=0)),
                ("fault", models.CharField(blank=True, help_text="what the last check found broken", max_length=300)),
                ("ward", models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="wards.ward")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.Value(1), condition=models.Q(("ward__isnull", True)), name="one_chain_without_ward"
                    )
                ],
            },
        ),
        migrations.RunPython(install, remove),
    ]
