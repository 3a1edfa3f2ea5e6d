"""What is measured. A figure has several addresses where one alone would only measure a warm database page."""

from dataclasses import dataclass
from urllib.parse import quote

ORGANISATIONS = 10_000
AGREEMENTS = 50_000
BOOKINGS = 300_000


@dataclass(frozen=True)
class Figure:
    name: str
    server: str  # bare, cold (no cache of pages) or warm
    paths: tuple[str, ...]
    aim: float | None = None  # × of the bare list, from quality.md


def _searched(*queries: str) -> tuple[str, ...]:
    return tuple(f"/organisations/?q={quote(query)}" for query in queries)


LIST = ("/organisations/",)
FREQUENT = _searched("школа", "лаборатории", "инженерным", "компания")
RARE = _searched("школы Сургута", "колледж Гусь-Хрустальный", "технопарк Казань", "импульс Дубна")
TYPO = _searched("хрустальныи", "лецей Сургут")
FILTERED = ("/organisations/?kind=school&region=RU-KHM", "/organisations/?role=founder&direction=robotics")
DETAIL = tuple(f"/organisations/organisation-{number}/" for number in range(100, 130))
API = ("/api/v1/organisations/",)
EVENTS = ("/events/",)
EVENTS_FILTERED = ("/events/?kind=webinar&audience=pupils", "/events/?direction=robotics&when=past")
EVENTS_FREQUENT = ("/events/?when=past&q=" + quote("робототехника"),)
MONTH = ("/events/calendar/",)
FEED = ("/events/feed.ics",)
EVENT = tuple(f"/events/event-{number}/" for number in range(100, 130))
AGREED = ("/agreements/",)
AGREED_FILTERED = ("/agreements/?kind=internship&region=RU-KHM", "/agreements/?state=active&year=2026&sort=end")
AGREED_FREQUENT = ("/agreements/?q=" + quote("проекты школьников"),)
AGREED_RARE = tuple(f"/agreements/?q={number}" for number in (77, 4321, 12345, 44444))
AGREED_TYPO = tuple(f"/agreements/?q={quote(words)}" for words in ("наставниик", "стажеровка спутник"))

YARDSTICK = "one-query list of 20 rows"
FIGURES = (
    Figure("bare Django view", "bare", ("/nothing/",)),
    Figure(YARDSTICK, "bare", ("/rows/",)),
    Figure("/", "cold", ("/",)),
    Figure("/ from the page cache", "warm", ("/",)),
    Figure("/organisations/", "cold", LIST, aim=0.6),
    Figure("/organisations/ from the page cache", "warm", LIST, aim=3.5),
    Figure("/organisations/ filtered", "cold", FILTERED, aim=0.6),
    Figure("/organisations/ rare words", "cold", RARE, aim=1.2),
    Figure("/organisations/ frequent word", "cold", FREQUENT, aim=0.45),
    Figure("/organisations/ mistyped", "cold", TYPO),
    Figure("/organisations/<slug>/", "cold", DETAIL, aim=1.3),
    Figure("/organisations/<slug>/ from the page cache", "warm", DETAIL, aim=3.5),
    Figure("/api/v1/organisations/", "cold", API, aim=1.2),
    Figure("/events/", "cold", EVENTS, aim=0.6),
    Figure("/events/ from the page cache", "warm", EVENTS, aim=3.5),
    Figure("/events/?when=past", "cold", ("/events/?when=past",), aim=0.6),
    Figure("/events/ filtered", "cold", EVENTS_FILTERED, aim=0.6),
    Figure("/events/ frequent word", "cold", EVENTS_FREQUENT, aim=0.45),
    Figure("/events/calendar/", "cold", MONTH, aim=0.6),
    Figure("/events/<slug>/", "cold", EVENT, aim=1.3),
    Figure("/events/<slug>/ from the page cache", "warm", EVENT, aim=3.5),
    Figure("/events/feed.ics", "cold", FEED, aim=0.25),
    Figure("/events/feed.ics from the page cache", "warm", FEED, aim=2.5),
    Figure("/api/v1/events/", "cold", ("/api/v1/events/",), aim=1.2),
    Figure("/agreements/", "cold", AGREED, aim=0.6),
    Figure("/agreements/ from the page cache", "warm", AGREED, aim=3.5),
    Figure("/agreements/ filtered", "cold", AGREED_FILTERED, aim=0.6),
    Figure("/agreements/ frequent word", "cold", AGREED_FREQUENT, aim=0.45),
    Figure("/agreements/ rare words", "cold", AGREED_RARE, aim=1.2),
    Figure("/agreements/ mistyped", "cold", AGREED_TYPO),
    Figure("/agreements/network/", "cold", ("/agreements/network/",)),
    Figure("/agreements/feed.rss", "cold", ("/agreements/feed.rss",)),
    Figure("/api/v1/agreements/", "cold", ("/api/v1/agreements/",), aim=1.2),
)
