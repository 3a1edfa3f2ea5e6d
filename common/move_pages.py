"""The moves of a record as its owners see them in the dashboard: the page of each, and the buttons that lead there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from django import forms
from django.urls import reverse
from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class MovePage:
    """What the page of a move says and tells; one that ``asks`` nothing is made by its button."""

    title: str | Promise
    text: str | Promise
    done: str | Promise
    icon: str
    form: type[forms.Form] = forms.Form
    kind: str = ""  # of the button: "primary", "danger"
    asks: bool = True


class Offered(NamedTuple):
    page: MovePage
    url: str


def offered(moves: Iterable[str], pages: Mapping[str, MovePage], address: str, *args: str) -> list[Offered]:
    """``address`` is the name of the page of a move, which stands last in it."""
    return [Offered(pages[move], reverse(address, args=[*args, move])) for move in moves]
