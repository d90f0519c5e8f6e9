"""Saved searches: one's own list, its changes, the feed of one, and the end of its mails."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from . import digests, match_feed, saved_searches
from .models import SavedSearch
from .postings import searches
from .selection import BadSelection


class SavedSearchForm(forms.Form):
    """What may be said of a saved search."""

    name = forms.CharField(max_length=80, label="Name")
    is_mailed = forms.BooleanField(required=False, label="Mail me new matches, once a day at most")

    def clean_name(self) -> str:
        """One line of letters: the name stands in the subject of mails and in a feed."""
        name = "".join(letter if letter.isprintable() else " " for letter in self.cleaned_data["name"])
        if not name.strip():
            raise forms.ValidationError("Give the search a name.")
        return " ".join(name.split())


@never_cache
@login_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """One's own saved searches."""
    held = [
        {
            "saved": saved,
            "search": saved_searches.read(saved),
            "form": SavedSearchForm(
                {"name": saved.name, "is_mailed": saved.is_mailed}, auto_id=f"s{saved.pk}_%s"
            ),
            "matches": list(saved.matches.shown()[:5]),
        }
        for saved in SavedSearch.objects.filter(owner_id=request.user.pk)
    ]
    return render(request, "jobs_data/saved_searches.html", {"section": "jobs", "held": held})


@require_POST
@login_required
def save(request: HttpRequest) -> HttpResponse:
    """Keep the search that the form names by its query."""
    form = SavedSearchForm(request.POST)
    try:
        search = searches.from_query(request.POST.get("query", ""))
    except BadSelection as wrong:
        messages.error(request, f"The search cannot be saved. {wrong}")
        return redirect("jobs:postings")
    if form.is_valid():
        try:
            saved_searches.save(owner=request.user, search=search, **form.cleaned_data)  # type: ignore[arg-type]
        except saved_searches.NotSaved as reason:
            messages.error(request, str(reason))
        else:
            messages.success(request, "The search is saved.")
            return redirect("jobs:saved-searches")
    else:
        messages.error(request, "Give the search a name of at most 80 letters.")
    return redirect(f"{reverse('jobs:postings')}?{search.query}")


@require_POST
@login_required
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename one's own search, or turn its mail on and off."""
    saved, form = _own(request, pk), SavedSearchForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Give the search a name of at most 80 letters.")
        return redirect("jobs:saved-searches")
    try:
        saved_searches.change(saved, **form.cleaned_data)
        messages.success(request, "The change is saved.")
    except saved_searches.NotSaved as reason:
        messages.error(request, str(reason))
    return redirect("jobs:saved-searches")


@require_POST
@login_required
def renew_feed(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the feed of one's own search another address."""
    saved_searches.renew_feed(_own(request, pk))
    messages.success(request, "The feed has a new address; the old one is gone.")
    return redirect("jobs:saved-searches")


@require_POST
@login_required
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget one's own search."""
    _own(request, pk).delete()
    messages.success(request, "The search is deleted.")
    return redirect("jobs:saved-searches")


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The Atom feed behind an address that only its owner knows; 404 for any other."""
    saved = get_object_or_404(SavedSearch.objects.filter(owner__is_active=True), feed_token=token)
    response = HttpResponse(
        match_feed.atom(saved, request.build_absolute_uri("/").rstrip("/")),
        content_type="application/atom+xml; charset=utf-8",
    )
    response["Cache-Control"] = "private, max-age=300"
    response["X-Robots-Tag"] = "noindex"
    return response


@csrf_exempt  # mail programs end a subscription with one bare POST (RFC 8058); the address is its own proof
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Ask, and on POST end, the mails of a saved search: without signing in, from the link in them."""
    try:
        saved = digests.subscribed(token)
    except SavedSearch.DoesNotExist:
        return render(request, "404.html", status=404)
    if request.method == "POST":
        saved_searches.stop_mail(saved)
    context = {"section": "jobs", "saved": saved, "is_done": request.method == "POST"}
    return render(request, "jobs_data/unsubscribe.html", context)


def _own(request: HttpRequest, pk: int) -> SavedSearch:
    return get_object_or_404(SavedSearch, pk=pk, owner_id=request.user.pk)
