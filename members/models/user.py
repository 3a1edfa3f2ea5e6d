from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from common.clocks import zone_choices
from common.one_line import OneLineField


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=email.lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())


class AccountHistory(HistoricalRecords):
    """Leaves no row where only what it does not keep was written, as at each log-in."""

    def post_save(self, instance: models.Model, created: bool, using: str | None = None, **kwargs: Any) -> None:
        written = kwargs.get("update_fields")
        if written is None or not written <= {*self.excluded_fields}:
            super().post_save(instance, created, using, **kwargs)


class User(AbstractBaseUser, PermissionsMixin):
    """A person with an account. What they may do for an organisation stands in ``Representative``."""

    email = models.EmailField(
        _("e-mail"),
        unique=True,
        error_messages={"unique": _("There is already an account with this e-mail.")},
    )
    last_name = OneLineField(_("last name"), max_length=100, blank=True)
    first_name = OneLineField(_("first name"), max_length=100, blank=True)
    patronymic = OneLineField(_("patronymic"), max_length=100, blank=True)
    language = models.CharField(
        _("language"), max_length=2, choices=[("ru", "Русский"), ("en", "English")], default="ru"
    )
    time_zone = models.CharField(
        _("time zone"), max_length=40, choices=zone_choices, blank=True, default="", db_default=""
    )
    is_staff = models.BooleanField(_("works in the association's office"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(_("signed up"), default=timezone.now, editable=False)
    erased_at = models.DateTimeField(_("erased"), null=True, blank=True, editable=False)

    objects: ClassVar[UserManager] = UserManager()
    history = AccountHistory(m2m_fields=["groups"], excluded_fields=["password", "last_login"])

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["last_name", "first_name", "email"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")),
                name="user_email_lower_case",
                violation_error_message=_("Write the e-mail in lower case."),
            )
        ]

    def __str__(self) -> str:
        if self.erased_at:
            return _("Erased person no. %(number)s") % {"number": self.pk}
        return self.get_full_name() or self.email

    def clean(self) -> None:
        super().clean()
        self.email = self.email.lower()

    def get_full_name(self) -> str:
        """Family name first, as Russian documents write it."""
        return " ".join(filter(None, (self.last_name, self.first_name, self.patronymic)))

    def get_short_name(self) -> str:
        return self.first_name or self.email.partition("@")[0]
