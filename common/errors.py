"""Errors that a person can act on."""

from typing import Any


class RuleViolated(Exception):
    """A rule of the domain forbids what was asked.

    ``message`` is shown to the reader in their language; ``code`` (snake_case, stable) is for programs.
    Pages answer 409 with the message, the API answers 409 with both.
    """

    code = "rule_violated"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.code

    def told(self) -> dict[str, Any]:
        """What the API answers."""
        return {"code": self.code, "detail": self.message}
