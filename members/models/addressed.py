"""What the roof must know of a record to say its address (ABSOLUTE_URL_OVERRIDES)."""

from typing import Protocol


class HasSlug(Protocol):
    @property
    def slug(self) -> str: ...


class HasCode(Protocol):
    @property
    def code(self) -> str: ...


class HasReference(Protocol):
    @property
    def reference(self) -> str: ...


class HasOrganisation(Protocol):
    @property
    def organisation(self) -> HasSlug: ...
