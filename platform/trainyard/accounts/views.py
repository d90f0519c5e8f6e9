"""Home, the profile, and the API token."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from rest_framework.authtoken.models import Token

from courses.learning.progress import resume
from trainyard.careers import aims, paths

from . import front
from .forms import ProfileForm
from .models import User

NEW_TOKEN = "new_api_token"


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What this is, with two doors; for someone signed in, the way on."""
    context: dict[str, object] = {"market": front.market_figures(), "counts": front.course_counts()}
    if request.user.is_authenticated:
        context["attempts"] = front.recent_attempts(request.user)
        context["way_on"] = resume(request.user)
        context["due_next"] = front.due_next(request.user)
        context["next_exercise"] = front.next_exercise(request.user)
        context["aim"] = aim = aims.kept(request.user)
        context["next_step"] = paths.next_step(request.user, aim)
    return render(request, "home.html", context)


@never_cache
@login_required
def profile(request: HttpRequest) -> HttpResponse:
    """The signed-in person's name, address, password and API token."""
    user = cast(User, request.user)
    form = ProfileForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Your name is saved.")
        return redirect("profile")
    if form.errors:
        # The frame shows the name: a refused one must not reach it.
        user.refresh_from_db(fields=["name"])
    context = {
        "form": form,
        "token": Token.objects.filter(user=user).first(),
        "new_token": request.session.pop(NEW_TOKEN, None),
    }
    return render(request, "account/profile.html", context)


@require_POST
@login_required
def create_token(request: HttpRequest) -> HttpResponse:
    """Make an API token, in place of an earlier one; the profile shows it once."""
    user = cast(User, request.user)
    Token.objects.filter(user=user).delete()
    request.session[NEW_TOKEN] = Token.objects.create(user=user).key
    return redirect("profile")


@require_POST
@login_required
def revoke_token(request: HttpRequest) -> HttpResponse:
    """Take the API token away: programs that use it are refused from now on."""
    Token.objects.filter(user=cast(User, request.user)).delete()
    messages.success(request, "The API token is revoked. Programs that used it are refused from now on.")
    return redirect("profile")
