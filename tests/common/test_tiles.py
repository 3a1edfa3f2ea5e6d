from common.tiles import Tile
from members.models import Region


def test_a_region_becomes_the_square_at_its_place() -> None:
    region = Region(code="RU-KHM", name="Югра", abbreviation="ХМ", tile_row=3, tile_column=9)
    tile = Tile.of_region(region, number=7, url="/organisations/?region=RU-KHM", chosen=True)
    assert tile == Tile(3, 9, "ХМ", "Югра", 7, "/organisations/?region=RU-KHM", True)
