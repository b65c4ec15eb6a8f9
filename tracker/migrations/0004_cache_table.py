"""The table of Django's cache, in which every process counts wrong passwords and codes."""

from django.core.management import call_command
from django.db import migrations

TABLE = "tracker_cache"


def create(apps, schema_editor):
    call_command("createcachetable", TABLE, database=schema_editor.connection.alias, verbosity=0)


def drop(apps, schema_editor):
    schema_editor.execute(f"DROP TABLE {schema_editor.quote_name(TABLE)}")


class Migration(migrations.Migration):

    dependencies = [
        ("tracker", "0003_workspace"),
    ]

    operations = [
        migrations.RunPython(create, drop),
    ]
