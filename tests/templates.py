"""A template of ours that asks for a variable there is not makes the test fail; Django alone would print nothing."""

import sys
from types import FrameType

from django.conf import settings
from django.template.base import FilterExpression, Node

OURS = str(settings.BASE_DIR / "templates")


class UnknownVariableError(AssertionError):
    """Names the template and the variable. ``{{ name|default:"" }}`` says that a variable may be missing."""


class UnknownVariable(str):
    """Django's ``string_if_invalid``: an error in our templates, the usual "" in those of packages.

    Django asks for its truth, then whether it holds a place for the name, then puts the name there.
    """

    def __bool__(self) -> bool:
        asking = sys._getframe(1)
        if asking.f_code is not FilterExpression.resolve.__code__:
            return False
        filters = asking.f_locals["self"].filters
        may_be_missing = any(function.__name__.startswith("default") for function, _ in filters)
        return not may_be_missing and _node(asking).origin.name.startswith(OURS)

    def __contains__(self, text: object) -> bool:
        return text == "%s"

    def __mod__(self, variable: object) -> str:
        node = _node(sys._getframe(1))
        assert node.token
        raise UnknownVariableError(f"{node.origin.template_name!s}, line {node.token.lineno}: {variable}")


def _node(frame: FrameType | None) -> Node:
    """The piece of a template that is being rendered."""
    while frame and frame.f_code is not Node.render_annotated.__code__:
        frame = frame.f_back
    assert frame
    return frame.f_locals["self"]
