from typing import ClassVar

from django.db import models


class Row(models.Model):
    """100,000 of them, of which one group of 1,000 is in reach of the list."""

    group = models.PositiveIntegerField()
    position = models.PositiveIntegerField()
    name = models.CharField(max_length=100)
    city = models.CharField(max_length=100)

    objects: ClassVar[models.Manager["Row"]] = models.Manager()

    class Meta:
        indexes = [models.Index(fields=["group", "position"], name="bare_row_in_reach")]

    def __str__(self) -> str:
        return self.name


def fill() -> None:
    if not Row.objects.exists():
        Row.objects.bulk_create(
            (Row(group=n % 100, position=n, name=f"Школа № {n}", city=f"Город {n % 1000}") for n in range(100_000)),
            batch_size=5000,
        )
