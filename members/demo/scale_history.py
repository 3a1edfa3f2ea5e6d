"""Ten years of memberships for ``demo --scale``: what the board, the members, the office and the clock would have made
of them by today. By bulk inserts; nobody is told anything.
"""

import datetime
import hashlib
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain

from django.core.files.base import ContentFile
from django.utils import timezone

from common.documents import typeset
from common.models import Document, DocumentState, NumberSeries
from common.private_files import private_storage
from members.membership.fees import DAY
from members.membership.invoices import STEPS, TEMPLATE, a_year_from
from members.membership.life import ACTIVE, EXCLUDED, GRACE, IN_GRACE, LAPSED, LEFT, PAY_WITHIN, SUSPENDED
from members.membership.renewals import AHEAD
from members.models import (
    OVER,
    Invoice,
    InvoiceState,
    Membership,
    MembershipPeriod,
    MembershipReminder,
    MembershipStatus,
    MembershipStatusChange,
    Organisation,
    Tier,
)

YEARS = 10
TIERS = {Tier.FOUNDER: 5, Tier.FULL: 55, Tier.ASSOCIATE: 25, Tier.PARTNER: 15}
FEES: dict[str, int] = {Tier.FULL: 25_000, Tier.ASSOCIATE: 12_000, Tier.PARTNER: 60_000}  # ₽ a year; founders pay none
RISES = 0.1  # share of full members that began as associate ones
JOINS_ANEW = 0.2  # of those that are out

# Up to which share of the fees comes in time, in grace, and after a lapse; the rest never.
IN_TIME, LATE, TOO_LATE = 0.87, 0.95, 0.965
# Up to which share of the years somebody leaves, is excluded, is suspended.
LEAVE, EXPEL, SUSPEND = 0.02, 0.023, 0.033

SAMPLE = "documents/sample-of-an-invoice.pdf"
REQUISITES = ("name", "inn", "kpp", "account", "bank", "bic", "correspondent_account")
WORDS = ("number", "issued", "due", "start", "end", "amount", "purpose", "payer", "payer_inn", "payer_ogrn", "address")


@dataclass(slots=True)
class Life:
    """Of one membership until ``today``; what lies ahead has not happened."""

    organisation: Organisation
    today: datetime.date
    membership: Membership
    changes: list[MembershipStatusChange] = field(default_factory=list)
    periods: list[MembershipPeriod] = field(default_factory=list)
    invoices: list[Invoice] = field(default_factory=list)
    was_associate: bool = False

    @classmethod
    def of(
        cls, organisation: Organisation, began: datetime.date, today: datetime.date, chance: random.Random
    ) -> "Life":
        tier = chance.choices([*TIERS], [*TIERS.values()])[0]
        life = cls(organisation, today, Membership(organisation=organisation, tier=tier, started_on=began))
        life.was_associate = tier == Tier.FULL and chance.random() < RISES
        life.move(ACTIVE, began)
        starts_on = asked_on = began
        due_on = began + PAY_WITHIN
        while asked_on <= today:
            ends_on = a_year_from(starts_on) - DAY
            settled_on = life.bill(starts_on, ends_on, asked_on, due_on, chance)
            if settled_on > today:
                break
            life.live(max(settled_on, starts_on) + DAY, ends_on - AHEAD - DAY, chance)
            if life.membership.status in OVER:
                break
            starts_on = ends_on + DAY
            asked_on = max(starts_on - AHEAD, settled_on)
            due_on = max(starts_on - DAY, asked_on + PAY_WITHIN)
        return life

    def move(self, status: MembershipStatus, on: datetime.date) -> None:
        if on > self.today:
            return
        protocol = {"protocol": f"{on:%m}/{on.year}", "protocol_on": on} if status == EXCLUDED else {}
        change = MembershipStatusChange(membership=self.membership, status=status, on=on, reason="Пример", **protocol)
        self.changes.append(change)
        self.membership.status = status
        self.membership.ended_on = on if status in OVER else None

    def bill(
        self,
        starts_on: datetime.date,
        ends_on: datetime.date,
        asked_on: datetime.date,
        due_on: datetime.date,
        chance: random.Random,
    ) -> datetime.date:
        """From when on the year is settled; beyond today where it is not."""
        period = MembershipPeriod(membership=self.membership, starts_on=starts_on, ends_on=ends_on)
        self.periods.append(period)
        amount = FEES.get(self.membership.tier)
        if amount is None:
            return asked_on
        invoice = Invoice(
            period=period,
            organisation=self.organisation,
            issued_on=asked_on,
            due_on=due_on,
            amount=amount,
            payer=self.organisation.name,
            payer_inn=self.organisation.inn,
        )
        self.invoices.append(invoice)
        return self.pay(invoice, chance)

    def pay(self, invoice: Invoice, chance: random.Random) -> datetime.date:
        due_on, lapses_on, way = invoice.due_on, invoice.due_on + GRACE + DAY, chance.random()
        if way < IN_TIME:
            paid_on = invoice.issued_on + chance.randint(1, (due_on - invoice.issued_on).days) * DAY
        elif way < LATE:
            paid_on = due_on + chance.randint(1, GRACE.days) * DAY
        elif way < TOO_LATE:
            paid_on = lapses_on + chance.randint(1, 250) * DAY
        else:
            paid_on = datetime.date.max
        if paid_on > due_on:
            self.move(IN_GRACE, due_on + DAY)
        if paid_on > lapses_on:
            self.move(LAPSED, lapses_on)
        if paid_on <= self.today:
            invoice.state, invoice.paid_on = InvoiceState.PAID, paid_on
            if paid_on > due_on:
                self.move(ACTIVE, paid_on)
        elif chance.random() < 0.5:
            self.forgive(invoice, lapses_on + chance.randint(365, 500) * DAY)
        return paid_on

    def forgive(self, invoice: Invoice, on: datetime.date) -> None:
        if on <= self.today:
            invoice.state, invoice.cancelled_on = InvoiceState.CANCELLED, on

    def live(self, first: datetime.date, last: datetime.date, chance: random.Random) -> None:
        """What else may happen between these days."""
        way = chance.random()
        if way > SUSPEND or first >= last:
            return
        day = first + chance.randint(0, (last - first).days - 1) * DAY
        if way < LEAVE:
            self.move(LEFT, day)
        elif way < EXPEL:
            self.move(EXCLUDED, day)
        else:
            self.move(SUSPENDED, day)
            self.move(ACTIVE, day + chance.randint(1, (last - day).days) * DAY)


def lives_of(organisation: Organisation, today: datetime.date, chance: random.Random) -> Iterator[Life]:
    """One membership after another: most began long ago, some that are out join anew."""
    longest = YEARS * 365
    began = today - max(chance.randint(30, longest), chance.randint(30, longest)) * DAY
    while began <= today:
        life = Life.of(organisation, began, today, chance)
        yield life
        if life.membership.ended_on is None or chance.random() > JOINS_ANEW:
            return
        began = life.membership.ended_on + chance.randint(200, 900) * DAY


class Registry:
    """The numbers of invoices, which go on after those that are there, and the paper that stands for all of theirs."""

    def __init__(self) -> None:
        known = NumberSeries.objects.filter(name__startswith="invoice ").values_list("name", "last")
        self.last: dict[str, int] = dict(known)
        content = typeset(TEMPLATE, _words_of_sample(), at=timezone.now())
        self.sha256, storage = hashlib.sha256(content).hexdigest(), private_storage()
        storage.delete(SAMPLE)
        storage.save(SAMPLE, ContentFile(content))

    def number(self, invoice: Invoice) -> None:
        series = f"invoice {invoice.issued_on.year}"
        self.last[series] = self.last.get(series, 0) + 1
        invoice.number = f"{invoice.issued_on.year}-{self.last[series]:04}"
        now = timezone.now()
        made = {"state": DocumentState.MADE, "file": SAMPLE, "sha256": self.sha256, "made_at": now}
        invoice.document = Document(template=TEMPLATE, data={}, **made)

    def keep(self) -> None:
        rows = [NumberSeries(name=name, last=last) for name, last in self.last.items()]
        NumberSeries.objects.bulk_create(rows, update_conflicts=True, unique_fields=["name"], update_fields=["last"])

    def save(self, lives: Iterable[Life]) -> None:
        lives = [*lives]
        _save_memberships(lives)
        invoices = [*chain.from_iterable(life.invoices for life in lives)]
        for invoice in invoices:
            self.number(invoice)
        MembershipPeriod.objects.bulk_create(chain.from_iterable(life.periods for life in lives))
        Document.objects.bulk_create(invoice.document for invoice in invoices)
        Invoice.objects.bulk_create(invoices)
        MembershipStatusChange.objects.bulk_create(chain.from_iterable(life.changes for life in lives))
        MembershipReminder.objects.bulk_create(chain.from_iterable(map(_reminders, lives)))


def _save_memberships(lives: list[Life]) -> None:
    """With the rows of the register's history: of the day of entry, and of that on which a tier changed."""
    for life in lives:
        _enter(life.membership, life.changes[0].on)
        if life.was_associate:
            life.membership.tier = Tier.ASSOCIATE
    memberships = [life.membership for life in lives]
    Membership.objects.bulk_create(memberships)
    Membership.history.bulk_history_create(memberships)
    risen = []
    for life in lives:
        if life.was_associate and len(life.periods) > 1:
            life.membership.tier = Tier.FULL
            _enter(life.membership, life.periods[1].starts_on)
            risen.append(life.membership)
    Membership.objects.bulk_update(risen, ["tier"])
    Membership.history.bulk_history_create(risen, update=True)


def _reminders(life: Life) -> Iterator[MembershipReminder]:
    """Those that the clock would have sent; where the money has come nobody asks any more."""
    for invoice in life.invoices:
        if invoice.state == InvoiceState.ISSUED:
            for step in STEPS:
                if invoice.due_on + step * DAY <= life.today:
                    yield MembershipReminder(period=invoice.period, step=step)


def _enter(membership: Membership, day: datetime.date) -> None:
    """The row of the history is of that day."""
    midnight = datetime.datetime.combine(min(day, timezone.localdate()), datetime.time())
    membership._history_date = timezone.make_aware(midnight)  # type: ignore[attr-defined]


def _words_of_sample() -> dict[str, object]:
    return dict.fromkeys(WORDS, "образец") | {
        "payee": dict.fromkeys(REQUISITES, "образец"),
        "qr": "<svg xmlns='http://www.w3.org/2000/svg' width='1' height='1'/>",
    }
