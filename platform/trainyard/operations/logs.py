"""Log lines: as text or as JSON, with the ids of request, run and execution, and never an e-mail address.

Written here rather than taken from a library because it is a page of code, and loads in no time in every
process of the site.
"""

from __future__ import annotations

import json
import logging
import re
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import ClassVar

from django.http import HttpRequest, HttpResponse

request_id: ContextVar[str] = ContextVar("request_id", default="")

HEADER = "X-Request-ID"
_ACCEPTABLE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_EMAIL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)+")


def without_addresses(text: str) -> str:
    """The text with every e-mail address replaced."""
    return _EMAIL.sub("<e-mail>", text)


class TextFormatter(logging.Formatter):
    """One line for people, ending with the id of its request."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without addresses."""
        line = super().format(record)
        if request := request_id.get():
            line += f" [request {request}]"
        return without_addresses(line)


class JsonFormatter(logging.Formatter):
    """One JSON object to a line: time, level, logger, message, and what is known of request, run, execution.

    Only these fields: whatever else a caller attaches to a record, such as a configuration, stays out.
    """

    IDS: ClassVar[tuple[str, ...]] = ("run", "execution", "worker")

    def format(self, record: logging.LogRecord) -> str:
        """The object, without addresses."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": without_addresses(record.getMessage()),
        }
        if request := request_id.get():
            line["request"] = request
        line |= {name: getattr(record, name) for name in self.IDS if hasattr(record, name)}
        if record.exc_info:
            line["exception"] = without_addresses(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False, default=str)


def with_request_id(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: every request has an id, the caller's if it is a sound one; the answer names it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        given = request.headers.get(HEADER, "")
        name = given if _ACCEPTABLE_ID.fullmatch(given) else uuid.uuid4().hex
        token = request_id.set(name)
        try:
            response = get_response(request)
        finally:
            request_id.reset(token)
        response.headers[HEADER] = name
        return response

    return middleware
