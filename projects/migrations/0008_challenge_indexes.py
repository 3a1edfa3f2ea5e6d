from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("projects", "0007_challenge_search")]

    operations = [
        AddIndexConcurrently("challenge", GinIndex(fields=["search_vector"], name="challenge_search")),
        AddIndexConcurrently(
            "challenge", GinIndex(fields=["search_text"], name="challenge_similar", opclasses=["gin_trgm_ops"])
        ),
        AddIndexConcurrently("challenge", GinIndex(fields=["direction_slugs"], name="challenge_directions")),
    ]
