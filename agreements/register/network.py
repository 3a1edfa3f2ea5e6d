"""Who works with whom by agreements in force: as a picture, and as a table that says the same."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from agreements.register.bonds import Pair, pairs
from agreements.register.lattice import Lattice
from common.caching import public_page
from members.models import Organisation

IN_THE_PICTURE = 19  # two rings around the middle


@login_not_required
@public_page()
def agreement_network(request: HttpRequest) -> HttpResponse:
    return render(request, "agreements/agreement_network.html", _contents())


def _contents() -> dict[str, Any]:
    found = pairs()
    keys = {key for pair in found for key in (pair.one, pair.other)}
    known = Organisation.objects.published().in_bulk(keys)
    bonds = [
        (known[pair.one], known[pair.other], pair.agreements)
        for pair in found
        if {pair.one, pair.other} <= known.keys()
    ]
    return {"lattice": Lattice.bound([known[key] for key in _drawn(found) if key in known], found), "bonds": bonds}


def _drawn(found: list[Pair]) -> list[int]:
    """Those of the strongest bonds, as many as there is room for."""
    drawn: dict[int, None] = {}
    for pair in found:
        if len(drawn.keys() | {pair.one, pair.other}) <= IN_THE_PICTURE:
            drawn |= dict.fromkeys((pair.one, pair.other))
    return [*drawn]
