from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('policy', '0002_tree'),
    ]

    operations = [
        migrations.AddField(
            model_name='evaluation',
            name='grades',
            field=models.JSONField(default=dict, help_text="codes of the form's other lists, by key of the list"),
        ),
        migrations.AddField(
            model_name='evaluation',
            name='past',
            field=models.JSONField(default=list, help_text='what was approved before each reopening, and why it was reopened'),
        ),
        migrations.AlterField(
            model_name='evaluation',
            name='grade',
            field=models.CharField(blank=True, help_text="a code of the main list of the city's form", max_length=20),
        ),
    ]
