"""Pages of certificates, and the page that checks a proof."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses import roles
from courses.certificates import badges, proofs, services
from courses.certificates.forms import RevokeForm, VerifyForm
from courses.certificates.models import Certificate, SigningKey
from courses.models import Offering
from courses.progress import offerings_of
from courses.refusals import Refusal
from courses.run_views import person
from courses.teaching.views import taught_offering

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as User


def visible_or_404(request: HttpRequest, number: UUID) -> Certificate:
    """The certificate, if the visitor may see it: to all others it does not exist."""
    user = request.user if request.user.is_authenticated else None
    return get_object_or_404(Certificate.objects.visible_to(user).for_page(), pk=number)


@never_cache
@login_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """One's own certificates, and the courses that have earned one."""
    user = person(request)
    own = list(Certificate.objects.of(user).for_page())
    earned = [offering for offering in _open_to(user, own) if _is_complete(user, offering)]
    return render(request, "courses/certificates/index.html", {"certificates": own, "earned": earned})


def _open_to(user: User, own: list[Certificate]) -> list[Offering]:
    """The offerings in which the user has sent something and has no certificate yet."""
    has = {one.offering_id for one in own}
    tried = Offering.objects.filter(submissions__learner=user).exclude(pk__in=has).distinct()
    return list(tried.select_related("course"))


def _is_complete(user: User, offering: Offering) -> bool:
    passed, missing = services.passed_submissions(user, offering)
    return bool(passed) and not missing


@login_required
@require_POST
def issue(request: HttpRequest, offering: str) -> HttpResponse:
    """Issue one's certificate of an offering, or lead to the one that is there."""
    user = person(request)
    found = get_object_or_404(Offering.objects.select_related("course"), slug=offering)
    if found not in offerings_of(user, found.course):
        raise Http404("There is no such class, or you do not learn in it.")
    try:
        made = services.issue(learner=user, offering=found)
    except Refusal as refusal:
        messages.error(request, refusal.detail)
        return redirect("certificates:index")
    return redirect(made)


@never_cache
@require_safe
def certificate(request: HttpRequest, certificate: UUID) -> HttpResponse:
    """One certificate: to its owner and their instructors, and to everyone once it is shared."""
    return _page(request, visible_or_404(request, certificate))


def _page(
    request: HttpRequest, found: Certificate, form: RevokeForm | None = None, status: int = 200
) -> HttpResponse:
    is_teacher = request.user.is_authenticated and roles.teaches(person(request), found.offering)
    context = {
        "certificate": found,
        "subject": found.credential["credentialSubject"],
        "evidence": found.credential["evidence"],
        "key_id": proofs.check(found.credential).key_id,
        "is_own": found.learner_id == request.user.pk,
        "teaches": is_teacher,
        "revoke_form": form or (RevokeForm() if is_teacher and not found.revoked_at else None),
        "address": badges.absolute(found.get_absolute_url()),
    }
    return render(request, "courses/certificates/certificate.html", context, status=status)


@never_cache
@require_safe
def credential(request: HttpRequest, certificate: UUID) -> JsonResponse:
    """The signed Open Badge as a file."""
    found = visible_or_404(request, certificate)
    name = f"certificate-{found.offering.course.slug}-{str(found.pk)[:8]}.json"
    return as_file(found.credential, name)


def as_file(document: proofs.Document, name: str) -> JsonResponse:
    """A signed document to download, indented for human eyes."""
    answer = JsonResponse(document, json_dumps_params={"indent": 1, "ensure_ascii": False})
    answer["Content-Type"] = "application/json; charset=utf-8"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@login_required
@require_POST
def share(request: HttpRequest, certificate: UUID) -> HttpResponse:
    """Make one's certificate public, or private again."""
    found = visible_or_404(request, certificate)
    is_public = request.POST.get("public") == "yes"
    services.share(certificate=found, by=person(request), is_public=is_public)
    words = "Everyone with the address sees this page now." if is_public else "Only you see this page now."
    messages.success(request, words)
    return redirect(found)


@login_required
@require_POST
def revoke(request: HttpRequest, certificate: UUID) -> HttpResponse:
    """Take a certificate back, as an instructor of its offering."""
    found = visible_or_404(request, certificate)
    roles.ensure_teaches(person(request), found.offering)
    form = RevokeForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form, status=422)
    services.revoke(certificate=found, by=person(request), reason=form.cleaned_data["reason"])
    messages.success(request, "The certificate is revoked.")
    return redirect(found)


@never_cache
@login_required
@require_safe
def of_class(request: HttpRequest, offering: str) -> HttpResponse:
    """The certificates of a class, for its instructors."""
    found = taught_offering(request, offering)
    listed = Certificate.objects.filter(offering=found).for_page().order_by("learner__name", "pk")
    context = {"offering": found, "tab": "certificates", "certificates": listed}
    return render(request, "courses/certificates/of_class.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Check a file against the keys of this site; nothing of it is kept."""
    form = VerifyForm(request.POST, request.FILES) if request.method == "POST" else VerifyForm()
    context: dict[str, object] = {"form": form}
    if form.is_bound and form.is_valid():
        verdict, revoked = services.check(form.document)
        context |= {"verdict": verdict, "revoked": revoked, "about": _about(form.document)}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "courses/certificates/verify.html", context, status=status)


def _about(document: proofs.Document) -> dict[str, str]:
    """What the document says of itself, as far as it is text."""
    subject = document.get("credentialSubject")
    names = subject.get("identifier") if isinstance(subject, dict) else None
    first = names[0] if isinstance(names, list) and names and isinstance(names[0], dict) else {}
    said = {
        "Document": document.get("name"),
        "Of": first.get("identityHash"),
        "Issued": document.get("validFrom"),
    }
    return {name: value for name, value in said.items() if isinstance(value, str)}


@require_safe
def keys_json(request: HttpRequest) -> JsonResponse:
    """Every public key that ever signed here: keep it, to check proofs when this site is not there."""
    keys = [
        {
            "id": key.key_id,
            "type": "Multikey",
            "publicKeyMultibase": key.multibase,
            "did": proofs.did(key.multibase),
            "first_used_at": key.first_used_at,
            "retired_at": key.retired_at,
        }
        for key in SigningKey.objects.all()
    ]
    return JsonResponse({"keys": keys})


@require_safe
def revocations_json(request: HttpRequest) -> JsonResponse:
    """The 1EdTech revocation list: numbers of revoked certificates. Reasons are for their owners only."""
    revoked = Certificate.objects.exclude(revoked_at=None).order_by("revoked_at")
    listed = [{"id": one.urn, "revoked": True} for one in revoked.only("id")]
    return JsonResponse(
        {"id": request.build_absolute_uri(), "issuer": badges.absolute("/"), "revokedCredential": listed}
    )
