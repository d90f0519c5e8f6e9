"""The person who signs in. Roles are memberships of course offerings, not columns here."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models.functions import Lower


class EmailUserManager(UserManager["User"]):
    """Creates people by e-mail address."""

    def _create_user(self, email: str, password: str | None, **extra: Any) -> User:
        if not email:
            raise ValueError("a user needs an e-mail address")
        user = self.model(email=self.normalize_email(email).lower(), **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def active_demo_people(self) -> list[str]:
        """The addresses of people made by the demo who can sign in."""
        active = self.filter(is_demo=True, is_active=True).order_by("email")
        return list(active.values_list("email", flat=True))

    def create_user(  # type: ignore[override]
        self, email: str, password: str | None = None, **extra: Any
    ) -> User:
        """Create a learner-to-be; `email` is stored in lower case."""
        return self._create_user(email, password, **extra)

    def create_superuser(  # type: ignore[override]
        self, email: str, password: str | None = None, **extra: Any
    ) -> User:
        """Create an operator: staff with every permission."""
        return self._create_user(email, password, is_staff=True, is_superuser=True, **extra)


class User(AbstractUser):
    """A person, known by e-mail address; `name` is what others see."""

    username = None  # type: ignore[assignment]
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    email = models.EmailField("e-mail address", unique=True)
    name = models.CharField("name shown to others", max_length=120, blank=True)
    is_demo = models.BooleanField("made by the demo", default=False, editable=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = EmailUserManager()  # type: ignore[misc]

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="one_user_per_email")]

    def __str__(self) -> str:
        return self.get_short_name()

    def get_full_name(self) -> str:
        """The name shown to others, or the part of the address before the @."""
        return self.name or self.email.split("@")[0]

    def get_short_name(self) -> str:
        """Same as the full name: people choose how they are called."""
        return self.get_full_name()
