"""The protocol of a session: a Russian document, typeset after the commit that closes it."""

import datetime
from typing import cast

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from common.documents import order_document
from common.models import Document
from common.text import typographic
from members.models import AgendaItem, BoardSession, Membership, Organisation, Tier

TEMPLATE = "pdf/members/board_protocol.typ"


def order_protocol(session: BoardSession, items: list[AgendaItem]) -> Document:
    association = Organisation.objects.filter(is_association=True).first()
    with override(settings.LANGUAGE_CODE):
        data = {
            "association": typographic(association.name) if association else _("School Cluster Association"),
            "number": session.protocol_number,
            "held_on": _day(session.held_on),
            "place": session.place,
            "seats": session.seats,
            "present": session.present,
            "chair": session.chair,
            "secretary": session.secretary,
            "items": [_item_data(item) for item in items],
        }
        return order_document(TEMPLATE, data)


def _day(day: datetime.date | None) -> str:
    return date_format(day, "j E Y") if day else ""


def _item_data(item: AgendaItem) -> dict[str, object]:
    matter = item.application or cast("Membership", item.membership).organisation
    return {
        "is_exclusion": item.is_exclusion,
        "name": typographic(matter.name or matter.title),
        "inn": matter.inn,
        "kind": matter.kind,
        "kind_label": matter.get_kind_display(),
        "application": item.application.number if item.application else "",
        "tier": str(Tier(item.tier).label),
        "grounds": item.grounds,
        "paper_notice_on": _day(item.paper_notice_on),
        "votes": [item.votes_for, item.votes_against, item.abstained],
        "outcome": item.outcome,
        "excluded_on": _day(item.membership.ended_on) if item.membership else "",
        "reason": item.reason,
    }
