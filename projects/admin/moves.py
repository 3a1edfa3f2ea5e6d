"""The moves of a record as actions of its page: one is asked first, and made by the service that everybody calls."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, cast

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import UnfoldAdminTextareaWidget

from common.admin import HistoryModelAdmin
from common.admin.single import SingleAction, after_question
from members.models import User
from projects.life.machine import Move, Who, possible


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("The reason"), max_length=500, help_text=_("People read it"), widget=UnfoldAdminTextareaWidget
    )


@dataclass(frozen=True, slots=True)
class MovePage:
    """What the page of a move asks and tells."""

    title: str | Promise
    text: str | Promise
    icon: str
    variant: str = ""
    form: type[forms.Form] = forms.Form  # where it needs no reason


class MovedAdmin(HistoryModelAdmin):
    """``PAGES`` are those of the moves of ``TABLE`` that are the office's, each an action ``<move>_this``; ``move`` is
    the service. ``OTHERS`` are further actions, each with the states in which it stands there. What others have read
    stays on record: it is stopped, and not deleted."""

    TABLE: ClassVar[dict[str, Move]]
    PAGES: ClassVar[dict[str, MovePage]]
    OTHERS: ClassVar[dict[str, tuple[str, ...]]] = {}
    move: ClassVar[Callable[..., Any]]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for name, page in cls.PAGES.items():
            setattr(cls, f"{name}_this", _action_of(name, page))
        cls.actions_detail = [*(f"{name}_this" for name in cls.PAGES), *cls.OTHERS]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and obj.moves.exists())

    def get_actions_detail(self, request: HttpRequest, object_id: str) -> list:
        """Only where its state leads."""
        record = self.get_object(request, object_id)
        names = possible(self.TABLE, state=record.state, who=Who.STAFF) if record else []
        of_now = {f"{name}_this" for name in names}
        of_now |= {name for name, states in self.OTHERS.items() if record and record.state in states}
        return [
            one for one in super().get_actions_detail(request, object_id) if one.method.original_function_name in of_now
        ]

    def _move(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        page, by, move = self.PAGES[name], cast("User", request.user), type(self).move
        single = SingleAction(
            page.title,
            lambda record, data: move(record, move=name, who=Who.STAFF, by=by, **data).get_state_display(),
            _("The state now: %(done)s"),
            page.text,
            form=ReasonForm if self.TABLE[name].needs_reason else page.form,
            variant=page.variant,
        )
        return after_question(self, request, object_id, single)


def _action_of(name: str, page: MovePage) -> Any:
    def act(tended: MovedAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
        return tended._move(request, object_id, name)

    act.__name__ = f"{name}_this"
    return action(description=page.title, icon=page.icon, permissions=["change"])(act)
