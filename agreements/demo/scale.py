"""Any number of plausible agreements for benchmarks: the same for the same seed, by bulk inserts, each with the texts,
signatures, terms and history that its state asks for. Nobody is told, and no package is typeset."""

import datetime
import random
from collections import Counter
from collections.abc import Iterator
from typing import Any, TypeVar

from django.db import connection, models, transaction
from django.utils import timezone
from tqdm import tqdm

from agreements import chain
from agreements.fulfilment.obligations import DUE_BEFORE, LATE_AFTER
from agreements.life import timers
from agreements.models import (
    NUMBERED,
    OVER,
    Acceptance,
    Agreement,
    AgreementKind,
    AgreementState,
    AgreementTemplate,
    Approval,
    HistoryEntry,
    Obligation,
    ObligationKind,
    ObligationState,
    Party,
    RequestState,
    RoundState,
    Signature,
    SigningOrder,
    SigningRequest,
    SigningRound,
    SigningWay,
    Timer,
    TimerKind,
    Verdict,
    Version,
)
from agreements.signing.rounds import fingerprint
from agreements.terms import Promise, Terms, content_with, day, parsed, sha256_of
from common.caching import invalidate_public_pages
from common.numbers import next_numbers
from members.models import Organisation, Representative, Role, User

BATCH = 1000
OF_THE_FIRST = 300  # agreements that the first organisation draws up
THREE_PARTIES = 0.25  # share of those with so many
DAY = datetime.timedelta(days=1)
S, T = AgreementState, TimerKind
WEIGHTS = {
    S.DRAFT: 5, S.REVIEW: 2, S.NEGOTIATION: 6, S.FROZEN: 2, S.SIGNING: 5, S.CONCLUDED: 2, S.ACTIVE: 60, S.EXPIRED: 12,
    S.TERMINATED: 3, S.CANCELLED: 3,
}  # fmt: skip
ENDS = {S.EXPIRED: "expire", S.TERMINATED: "terminate", S.CANCELLED: "cancel"}
WAY = [*S][: [*S].index(S.ACTIVE) + 1]  # from a draft until it is in force
TOPICS = ["робототехники", "новых материалов", "датчиков и данных", "спутников связи", "чистой воды", "стекла и света"]
SUBJECTS = [
    "Совместные проекты школьников в области {topic} № {n}",
    "Практика в лаборатории {topic} № {n}",
    "Наставники для класса {topic} № {n}",
    "Стажировки студентов в области {topic} № {n}",
]
PROMISES = [
    (ObligationKind.PROJECTS, "Совместные проекты обучающихся", "5"),
    (ObligationKind.PLACES, "Места для практики", "20"),
    (ObligationKind.LAB_HOURS, "Часы в лаборатории", "120"),
    (ObligationKind.TEACHERS, "Учителя, прошедшие стажировку", "3"),
]
# Links first: so the trigger of agreements finds their parties, and each is written once.
WRITTEN: tuple[type[models.Model], ...] = (
    Party, Agreement, Version, Approval, Acceptance, SigningRound, SigningRequest, Signature, HistoryEntry, Obligation,
    Timer,
)  # fmt: skip

Row = TypeVar("Row", bound=models.Model)


class Rows:
    """With their keys before they are written."""

    def __init__(self) -> None:
        self.rows: dict[type[models.Model], list[Any]] = {kind: [] for kind in WRITTEN}
        self.keys: dict[type[models.Model], Iterator[int]] = {}

    def add(self, row: Row) -> Row:
        kind = type(row)
        row.pk = next(self.keys.get(kind, iter(())), None) or self._more_keys(kind)
        self.rows[kind].append(row)
        return row

    def _more_keys(self, kind: type[models.Model]) -> int:
        with connection.cursor() as cursor:
            sequence = f"pg_get_serial_sequence('{kind._meta.db_table}', 'id')"
            cursor.execute(f"SELECT nextval({sequence}) FROM generate_series(1, {10 * BATCH})")  # noqa: S608
            self.keys[kind] = iter([key for (key,) in cursor.fetchall()])
        return next(self.keys[kind])

    def write(self) -> None:
        for kind, rows in self.rows.items():
            kind._base_manager.bulk_create(rows, batch_size=BATCH)
            rows.clear()


@transaction.atomic
def make_agreements(number: int, *, seed: int) -> None:
    """Among the published organisations, each of which gets a head; shows a bar on a terminal."""
    making = _Making(random.Random(seed))  # noqa: S311
    with tqdm(total=number, unit=" agreements", disable=None) as bar:
        for serial in range(1, number + 1):
            making.agreement(serial)
            if serial % BATCH == 0 or serial == number:
                making.rows.write()
                bar.update(min(BATCH, serial - bar.n))
    for year, count in making.numbered.items():
        next_numbers(f"agreement {year}", count)
    invalidate_public_pages()


class _Making:
    def __init__(self, chance: random.Random) -> None:
        self.chance, self.rows = chance, Rows()
        self.first, self.numbered = dict[int, int](), Counter[int]()
        self.now, self.today = timezone.now(), timezone.localdate()
        self.organisations = [*Organisation.objects.published().order_by("pk")]
        self.heads = _heads(self.organisations)
        self.clauses = parsed(AgreementTemplate.objects.filter(kind=AgreementKind.COOPERATION)[0].text)
        chain.hold()
        last = HistoryEntry.objects.order_by("-sequence").values_list("sequence", "sha256").first()
        self.sequence, self.previous = last or (0, chain.BEGINNING)

    def agreement(self, serial: int) -> None:
        chance = self.chance
        state = chance.choices([*WEIGHTS], [*WEIGHTS.values()])[0]
        members = chance.sample(self.organisations, 3 if chance.random() < THREE_PARTIES else 2)
        if serial <= OF_THE_FIRST:
            members = [self.organisations[0], *(one for one in members if one != self.organisations[0])][:3]
        concluded, terms = self._terms(serial, state, len(members))
        agreement = Agreement(
            kind=AgreementKind.COOPERATION if chance.random() < 0.7 else AgreementKind.INTERNSHIP,
            initiator=members[0],
            author=self.heads[members[0].pk],
            state=state,
            is_public=chance.random() < 0.9,
            terms=terms.stored(),
            subject=terms.subject,
            starts_on=day(terms.starts_on),
            ends_on=day(terms.ends_on),
            planned_on=self._day(1, 90) if state in WAY[1:5] and chance.random() < 0.3 else None,
            shared_at=None if state in WAY[:2] else self.now,
            created_at=self.now - DAY * chance.randint(1, 60),
        )
        if state in NUMBERED:
            agreement.concluded_on, agreement.number = concluded, self._number(concluded.year)
        if state in OVER:
            agreement.ended_on = day(terms.ends_on)
        self.rows.add(agreement)
        self._live(agreement, terms, [self._party(agreement, *one) for one in enumerate(members, 1)])

    def _terms(self, serial: int, state: str, parties: int) -> tuple[datetime.date, Terms]:
        """And the day of its conclusion, as far as it has one."""
        chance, over = self.chance, state in OVER
        concluded = (
            self._day(-3650, -400) if over else self._day(-5, -1) if state == S.CONCLUDED else self._day(-700, -6)
        )
        ends = concluded + 365 * DAY if over else self._day(10, 1000) if chance.random() < 0.8 else None
        promised = [
            Promise(kind, what, owner, amount=amount, due_on=self._day(1, 400).isoformat(), key=f"{serial:07x}{owner}")
            for owner, (kind, what, amount) in enumerate(chance.sample(PROMISES, 2), 1)
        ]
        return concluded, Terms(
            subject=chance.choice(SUBJECTS).format(topic=chance.choice(TOPICS), n=serial),
            starts_on=self._day(1, 9).isoformat() if state == S.CONCLUDED else "",
            ends_on=ends.isoformat() if ends else "",
            clauses=self.clauses,
            promises=tuple(promised[:parties]),
        )

    def _day(self, first: int, last: int) -> datetime.date:
        return self.today + DAY * self.chance.randint(first, last)

    def _number(self, year: int) -> str:
        """Taken of the series at the end, all at once."""
        if year not in self.first:
            self.first[year] = next_numbers(f"agreement {year}", 0).start
        self.numbered[year] += 1
        return f"{year}-{self.first[year] + self.numbered[year] - 1:04}"

    def _party(self, agreement: Agreement, position: int, organisation: Organisation) -> Party:
        head = self.heads[organisation.pk]
        return self.rows.add(
            Party(
                agreement=agreement,
                organisation=organisation,
                position=position,
                signatory=head,
                signatory_name=str(head),
                signatory_position="Директор",
                way=SigningWay.CODE,
            )
        )

    def _live(self, agreement: Agreement, terms: Terms, parties: list[Party]) -> None:
        """Through the states of its way, as far as its own."""
        if agreement.state == S.DRAFT:
            return
        version = self._version(agreement, terms, parties)
        reached = WAY.index(S.NEGOTIATION if agreement.state == S.CANCELLED else S.ACTIVE)
        if agreement.state in WAY:
            reached = WAY.index(agreement.state)
        self._turn(agreement, "submit", S.DRAFT, S.REVIEW, version=version.sha256)
        verdict = Verdict.APPROVED if reached > 1 else ""
        self.rows.add(
            Approval(version=version, approver=agreement.author, verdict=verdict, at=self.now if verdict else None)
        )
        if reached > 1:
            self._turn(agreement, "approve", S.REVIEW, S.NEGOTIATION)
        for party in parties if reached > 2 else parties[:1] if reached == 2 else ():
            self.rows.add(Acceptance(version=version, party=party, by=party.signatory))
            target = S.FROZEN if reached > 2 and party == parties[-1] else S.NEGOTIATION
            self._turn(agreement, "accept", S.NEGOTIATION, target, party=party.pk, version=version.sha256)
        if reached > 3:
            self._sign(agreement, version, parties, is_concluded=reached > 4)
        if reached > 5:
            self._turn(agreement, "start", S.CONCLUDED, S.ACTIVE)
            self._promise(agreement, terms, parties)
        if agreement.state not in WAY:
            source = S.NEGOTIATION if agreement.state == S.CANCELLED else S.ACTIVE
            self._turn(agreement, ENDS[S(agreement.state)], source, agreement.state)
        self._time(agreement)

    def _version(self, agreement: Agreement, terms: Terms, parties: list[Party]) -> Version:
        content = content_with(agreement, terms, parties=parties)
        return self.rows.add(
            Version(
                agreement=agreement,
                number=1,
                by=agreement.author,
                organisation=agreement.initiator,
                terms=agreement.terms,
                content=content,
                sha256=sha256_of(content),
            )
        )

    def _sign(self, agreement: Agreement, version: Version, parties: list[Party], *, is_concluded: bool) -> None:
        signing = self.rows.add(
            SigningRound(
                agreement=agreement,
                version=version,
                number=1,
                order=SigningOrder.PARALLEL,
                state=RoundState.COMPLETED if is_concluded else RoundState.OPEN,
                opened_by=agreement.author,
                closes_at=self.now + timers.SIGN_WITHIN * DAY,
                closed_at=self.now if is_concluded else None,
            )
        )
        self._turn(agreement, "open", S.FROZEN, S.SIGNING, round=1, version=version.sha256)
        if not is_concluded:
            self._timer(agreement, T.SIGN_DEADLINE, timers.SIGN_WITHIN, subject=signing.pk)
        for party in parties:
            state = RequestState.SIGNED if is_concluded else RequestState.ASKED
            request = self.rows.add(
                SigningRequest(round=signing, party=party, turn=1, way=party.way, state=state, asked_at=self.now)
            )
            if is_concluded:
                is_last = party == parties[-1]
                facts: dict[str, Any] = {"number": agreement.number} if is_last else {}
                target = S.CONCLUDED if is_last else S.SIGNING
                facts |= {"party": party.pk, "signature": fingerprint(self._signature(request, version))}
                self._turn(agreement, "sign", S.SIGNING, target, **facts)
            else:
                for days in timers.SIGN_REMIND:
                    self._timer(agreement, T.SIGN_REMIND, days, subject=request.pk, step=days)

    def _signature(self, request: SigningRequest, version: Version) -> Signature:
        party = request.party
        return self.rows.add(
            Signature(
                request=request,
                way=request.way,
                by=party.signatory,
                name=party.signatory_name,
                position=party.signatory_position,
                ground="Устав",
                content_sha256=version.sha256,
                evidence={"channel": "email"},
            )
        )

    def _promise(self, agreement: Agreement, terms: Terms, parties: list[Party]) -> None:
        is_over = agreement.state in OVER
        for promise in terms.promises:
            state = ObligationState.CLOSED if is_over else ObligationState.OPEN
            obligation = self.rows.add(
                Obligation(
                    agreement=agreement,
                    key=promise.key,
                    kind=promise.kind,
                    what=promise.what,
                    owner=parties[promise.owner - 1].organisation,
                    amount=promise.decimal,
                    due_on=promise.due,
                    state=state,
                    closed_reason="Соглашение окончено" if is_over else "",
                )
            )
            steps = [(T.DUE_NEAR, days, -days) for days in DUE_BEFORE]
            steps += [(T.DUE_PASSED, days, days) for days in LATE_AFTER]
            left = (promise.due - self.today).days if promise.due else 0
            for kind, step, days in steps if not is_over else ():
                if left + days > 0:
                    self._timer(agreement, kind, left + days, subject=obligation.pk, step=step)

    def _time(self, agreement: Agreement) -> None:
        match agreement.state:
            case S.REVIEW:
                self._timer(agreement, T.REVIEW_REMIND, timers.REVIEW_REMIND)
                self._timer(agreement, T.REVIEW_ESCALATE, timers.REVIEW_ESCALATE)
            case S.NEGOTIATION:
                self._timer(agreement, T.STALE, timers.STALE)
            case S.CONCLUDED if agreement.starts_on:
                self._timer(agreement, T.START, (agreement.starts_on - self.today).days)
            case S.ACTIVE if agreement.ends_on:
                for kind, subject, step, due_at in timers.of_the_end(agreement, agreement.ends_on):
                    self.rows.add(Timer(agreement=agreement, kind=kind, subject=subject, step=step, due_at=due_at))

    def _timer(self, agreement: Agreement, kind: str, days: int, *, subject: int = 0, step: int = 0) -> None:
        due_at = self.now + days * DAY
        self.rows.add(Timer(agreement=agreement, kind=kind, subject=subject, step=step, due_at=due_at))

    def _turn(self, agreement: Agreement, action: str, source: str, target: str, **facts: Any) -> None:
        self.sequence += 1
        entry = self.rows.add(
            HistoryEntry(
                sequence=self.sequence,
                agreement=agreement,
                action=action,
                source=source,
                target=target,
                at=self.now,
                by=agreement.author,
                facts={**facts, "actor": agreement.author_id, "reason": ""},
                previous=self.previous,
            )
        )
        entry.sha256 = self.previous = chain.hash_of(entry)


def _heads(organisations: list[Organisation]) -> dict[int, User]:
    """Of each one who may sign; nobody can log in by the password."""
    acting = Representative.objects.active().filter(role=Role.HEAD).select_related("user").order_by("-pk")
    heads = {one.organisation_id: one.user for one in acting}
    lacking = [one for one in organisations if one.pk not in heads]
    made = [
        User(email=f"head-{one.pk}@example.org", last_name=f"Директор-{one.pk}", first_name="Анна", password="!")  # noqa: S106
        for one in lacking
    ]
    User.objects.bulk_create(made, batch_size=BATCH)
    heads |= {one.pk: user for one, user in zip(lacking, made, strict=True)}
    Representative.objects.bulk_create(
        [Representative(organisation=one, user=heads[one.pk], role=Role.HEAD) for one in lacking], batch_size=BATCH
    )
    return heads
