"""The clocks that one can choose."""

import re
from zoneinfo import ZoneInfo

from django.utils.translation import override

from common.clocks import CLOCKS, zone_choices


def test_the_clocks_of_the_country_go_from_west_to_east_in_words() -> None:
    _none, (title, clocks), _others = zone_choices()
    assert (title, [*dict(clocks)]) == ("Часовые пояса России", [*CLOCKS])
    words = [name.replace("\N{NO-BREAK SPACE}", " ") for _zone, name in clocks]
    assert (words[0], words[1], words[-1]) == ("По Калининграду", "По Москве", "По Камчатке")


def test_every_other_zone_of_the_world_is_there_once_and_goes() -> None:
    (none, _words), (_title, clocks), (_other_title, others) = zone_choices()
    zones = [*dict(clocks), *dict(others)]
    assert (none, len(zones), len({*zones})) == ("", 418, 418)
    assert all(ZoneInfo(zone).key == zone for zone in zones)


def test_cities_are_named_in_the_language_of_the_reader_and_stand_by_their_names() -> None:
    others = dict(zone_choices()[2][1])
    asked = ("Europe/Berlin", "Asia/Kolkata", "Europe/Kyiv", "America/Argentina/Buenos_Aires", "Asia/Sakhalin")
    assert [others[zone] for zone in asked] == ["Берлин", "Калькутта", "Киев", "Буэнос-Айрес", "о-в Сахалин"]
    assert [zone for zone, name in others.items() if not re.search("[а-яё]", name)] == ["America/Coyhaique"]
    with override("en"):
        others = dict(zone_choices()[2][1])
    assert [others[zone] for zone in asked] == ["Berlin", "Kolkata", "Kyiv", "Buenos Aires", "Sakhalin"]
    assert [*others.values()][:3] == ["Abidjan", "Accra", "Adak"]
