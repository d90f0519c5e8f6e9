"""What every endpoint of the API shares: refusals as RFC 9457 problem details, and what answers nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import Resolver404, resolve
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, status
from rest_framework.decorators import api_view, authentication_classes, permission_classes
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import exception_handler

from courses.refusals import Refusal
from trainer_service.engine.spec import SpecError

PROBLEM_TYPE = "application/problem+json"

Problem = dict[str, Any]


class Problems(exceptions.APIException):  # noqa: N818 - named as DRF names its own
    """A refusal with a list of problems, each with a path, a message and the value that was given."""

    def __init__(self, status_code: int, code: str, title: str, detail: str, errors: list[Problem]) -> None:
        super().__init__(detail, code)
        self.status_code, self.title, self.errors = status_code, title, errors


def problem_details(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: every refusal as RFC 9457 problem details, with one entry for each mistake."""
    error = _as_api_exception(error)
    response = exception_handler(error, context)
    if response is None:
        return None
    request: Request | None = context.get("request")
    response.data = _body(error, response.status_code, request.path if request else "")
    response.content_type = PROBLEM_TYPE
    return response


@extend_schema(exclude=True)
@api_view(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"])
@authentication_classes([])
@permission_classes([AllowAny])
def nothing_here(request: Request, rest: str = "") -> HttpResponse:
    """Answer for addresses below /api/ that do not exist; one that lacks only its last / is sent there."""
    if not request.path.endswith("/") and _exists(request._request, f"{request.path}/"):
        redirect = HttpResponseRedirect(request.get_full_path(force_append_slash=True))
        redirect.status_code = status.HTTP_308_PERMANENT_REDIRECT  # unlike 301, it keeps method and body
        return redirect
    raise exceptions.NotFound(f"There is nothing at {request.path}.")


def _exists(request: HttpRequest, path: str) -> bool:
    try:
        match = resolve(path, urlconf=getattr(request, "urlconf", None))
    except Resolver404:
        return False
    return match.url_name != "nothing-here"


def _as_api_exception(error: Exception) -> Exception:
    """Refusals of our own as what DRF knows; anything else as it is."""
    if isinstance(error, SpecError):
        errors = [problem.model_dump() for problem in error.problems]
        many = f"{len(errors)} problems" if len(errors) != 1 else "one problem"
        detail = f"The configuration has {many}: {'; '.join(_in_words(problem) for problem in errors[:3])}"
        return Problems(
            status.HTTP_400_BAD_REQUEST, "configuration-refused", "Configuration refused", detail, errors
        )
    if isinstance(error, Refusal):
        return Problems(status.HTTP_409_CONFLICT, error.code, error.title, error.detail, [])
    if isinstance(error, DjangoValidationError):
        return exceptions.ValidationError(
            error.message_dict if hasattr(error, "error_dict") else error.messages
        )
    return error


def _in_words(problem: Problem) -> str:
    return f"{problem['path']}: {problem['message']}" if problem["path"] else str(problem["message"])


def _body(error: Exception, status_code: int, instance: str) -> Problem:
    title, code, detail, errors = "Refused", "refused", str(error), []
    if isinstance(error, exceptions.ValidationError):
        title, code, errors = "Request refused", "invalid", list(_flat(error.detail))
        detail = "; ".join(_in_words(problem) for problem in errors[:3])
    elif isinstance(error, Problems):
        title, code, errors = error.title, str(error.get_codes()), error.errors
    elif isinstance(error, exceptions.APIException):
        title, code = _title(error), str(error.get_codes()).replace("_", "-")
    else:  # Http404 and PermissionDenied, which DRF translates by itself
        title, code = {404: ("Not found", "not-found")}.get(status_code, ("Not allowed", "permission-denied"))
        detail = (
            str(error)
            if status_code != status.HTTP_404_NOT_FOUND
            else "There is no such thing, or not for you."
        )
    return {
        "type": f"urn:trainyard:problem:{code}",
        "title": title,
        "status": status_code,
        "detail": detail,
        "instance": instance,
        "errors": errors,
    }


def _title(error: exceptions.APIException) -> str:
    """What all refusals of this kind have in common; never what is particular to one of them."""
    common = str(error.default_detail)
    if "{" in common:  # a template that only an instance can fill
        return HTTPStatus(error.status_code).phrase.capitalize()
    return common.rstrip(".")


def _flat(detail: Any, path: str = "") -> Iterator[Problem]:
    """DRF's nested messages as a list of problems with dotted paths."""
    if isinstance(detail, dict):
        for key, inner in detail.items():
            here = path if key in ("non_field_errors", "__all__") else f"{path}.{key}".strip(".")
            yield from _flat(inner, here)
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            yield from _flat(inner, f"{path}.{index}".strip(".") if isinstance(inner, dict) else path)
    else:
        yield {"path": path, "message": str(detail), "value": None}
