"""What signing up brings: the places in classes that the address was invited to."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from courses.teaching import enrolling

from .models import User


def take_invitations_at_sign_up(request: Any, user: User, **kwargs: Any) -> None:
    """Receiver of allauth's `user_signed_up`: where addresses are verified, they are not yet."""
    if settings.ACCOUNT_EMAIL_VERIFICATION != "mandatory":
        enrolling.take_invitations(user, is_verified=False)


def take_invitations_once_verified(request: Any, email_address: Any, **kwargs: Any) -> None:
    """Receiver of allauth's `email_confirmed`."""
    if email_address.email.lower() == email_address.user.email.lower():
        enrolling.take_invitations(email_address.user, is_verified=True)
