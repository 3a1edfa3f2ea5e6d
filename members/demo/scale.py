"""Any number of plausible organisations for benchmarks: the same for the same seed, by bulk inserts."""

import random
from itertools import chain, islice

from django.utils import timezone
from stdnum.ru import inn, ogrn
from tqdm import tqdm

from common.caching import invalidate_public_pages
from members.demo.scale_history import Registry, lives_of
from members.models import Direction, Kind, Organisation, Region

BATCH = 1000
DIRECTIONS_EACH = 3  # at most
MEMBERS = 0.9  # share of those that are or were members

CITIES = {
    "RU-MOW": ["Москва", "Зеленоград", "Троицк"],
    "RU-MOS": ["Долгопрудный", "Королёв", "Дубна", "Химки", "Подольск"],
    "RU-SPE": ["Санкт-Петербург", "Пушкин", "Колпино"],
    "RU-KHM": ["Сургут", "Ханты-Мансийск", "Нижневартовск", "Югорск"],
    "RU-VLA": ["Гусь-Хрустальный", "Владимир", "Ковров", "Муром"],
    "RU-PER": ["Пермь", "Березники", "Соликамск"],
    "RU-KEM": ["Кемерово", "Новокузнецк", "Прокопьевск"],
    "RU-RYA": ["Рязань", "Касимов", "Скопин"],
    "RU-TA": ["Казань", "Набережные Челны", "Альметьевск", "Иннополис"],
    "RU-NVS": ["Новосибирск", "Бердск", "Кольцово"],
    "RU-SVE": ["Екатеринбург", "Нижний Тагил", "Первоуральск"],
    "RU-NIZ": ["Нижний Новгород", "Саров", "Дзержинск"],
    "RU-TOM": ["Томск", "Северск"],
    "RU-SAM": ["Самара", "Тольятти", "Сызрань"],
    "RU-KDA": ["Краснодар", "Сочи", "Новороссийск"],
    "RU-PRI": ["Владивосток", "Находка", "Уссурийск"],
    "RU-KGD": ["Калининград", "Светлогорск"],
    "RU-KAM": ["Петропавловск-Камчатский", "Елизово"],
    "RU-SA": ["Якутск", "Мирный", "Нерюнгри"],
    "RU-BA": ["Уфа", "Стерлитамак", "Салават"],
}
NAMES = {
    Kind.SCHOOL: ["Школа № {n}", "Лицей № {n}", "Гимназия № {n}", "Школа-интернат № {n}", "Центр образования № {n}"],
    Kind.COLLEGE: ["{trade} колледж № {n}", "{trade} техникум № {n}"],
    Kind.UNIVERSITY: ["{trade} университет «{brand}»", "{trade} институт «{brand}»"],
    Kind.COMPANY: ["Завод «{brand}»", "Компания «{brand}»", "Конструкторское бюро «{brand}»", "Студия «{brand}»"],
    Kind.RESEARCH_INSTITUTE: ["Научно-исследовательский институт «{brand}»"],
    Kind.NONPROFIT: ["Фонд «{brand}»", "Ассоциация «{brand}»"],
    Kind.AUTHORITY: ["Управление образования № {n}", "Департамент промышленности № {n}"],
    Kind.TECHNOPARK_OPERATOR: ["Технопарк «{brand}»"],
    Kind.CONSORTIUM: ["Кластер «{brand}»"],
}
# Roughly as such associations are made up: mostly schools, then companies and colleges.
WEIGHTS = dict(zip(NAMES, (50, 14, 5, 20, 2, 4, 3, 1, 1), strict=True))
TRADES = ["Политехнический", "Стекольный", "Химический", "Авиационный", "Строительный", "Медицинский", "Аграрный"]
BRANDS = ["Импульс", "Вектор", "Кристалл", "Ёлочка", "Прогресс", "Горизонт", "Сплав", "Орбита", "Радуга", "Полюс"]
PROSE = [
    "Ведём проектную смену для старшеклассников вместе с наставниками из промышленности.",
    "Открываем лаборатории для школьников по субботам.",
    "Готовим команды к инженерным соревнованиям и ищем партнёров для стажировок.",
    "Учим работать со станками, датчиками и данными.",
    "Приглашаем учителей на практикум по робототехнике.",
]


def make_organisations(number: int, *, seed: int) -> None:
    """Add ``number`` published organisations with directions and ten years of memberships, their fees and payments;
    shows a bar on a terminal.
    """
    chance = random.Random(seed)  # noqa: S311
    today, registry = timezone.localdate(), Registry()
    regions = list(Region.objects.order_by("code"))
    directions = list(Direction.objects.values_list("pk", flat=True))
    first = Organisation.objects.count() + 1
    made = (_organisation(serial, chance, regions) for serial in range(first, first + number))
    link = Organisation.directions.through
    with tqdm(total=number, unit=" organisations", disable=None) as bar:
        while batch := list(islice(made, BATCH)):
            Organisation.objects.bulk_create(batch)
            link.objects.bulk_create(
                link(organisation=organisation, direction_id=direction)
                for organisation in batch
                for direction in chance.sample(directions, chance.randint(0, DIRECTIONS_EACH))
            )
            members = [organisation for organisation in batch if chance.random() < MEMBERS]
            registry.save(chain.from_iterable(lives_of(organisation, today, chance) for organisation in members))
            bar.update(len(batch))
    registry.keep()
    invalidate_public_pages()


def _organisation(serial: int, chance: random.Random, regions: list[Region]) -> Organisation:
    kind = chance.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
    region = chance.choice(regions)
    city = chance.choice(CITIES.get(region.code, [region.name]))
    pattern = chance.choice(NAMES[kind])
    name = pattern.format(n=serial, trade=chance.choice(TRADES), brand=f"{chance.choice(BRANDS)}-{serial}")
    tax_number = f"{chance.randint(10, 99)}{serial:07d}"
    state_number = f"1{chance.randint(10, 25)}{chance.randint(10, 99)}{serial:07d}"
    return Organisation(
        kind=kind,
        name=f"{name}, {city}",
        short_name=name,
        slug=f"organisation-{serial}",
        inn=tax_number + inn.calc_company_check_digit(tax_number),
        ogrn=state_number + ogrn.calc_check_digit(f"{state_number}0"),  # it wants the digit's place, too
        region=region,
        city=city,
        about=f"<p>{chance.choice(PROSE)}</p>",
        is_published=True,
    )
