"""Strict JSON for every endpoint; apart from `trainyard.api`, as DRF loads its parsers before its views."""

from __future__ import annotations

from typing import IO, Any

from rest_framework import exceptions, status
from rest_framework.parsers import BaseParser

from courses.reading import CONFIG_LIMIT_BYTES, Unreadable, read_json


class BodyTooLarge(exceptions.APIException):  # noqa: N818 - named as DRF names its own
    """The request body is larger than any configuration can be."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = f"The body is larger than {CONFIG_LIMIT_BYTES:,} bytes. Send a shorter one."
    default_code = "body-too-large"


class StrictJSONParser(BaseParser):
    """JSON objects up to 64 kB: no NaN, no infinities, no repeated keys, no deep nesting."""

    media_type = "application/json"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None
    ) -> dict[str, Any]:
        """The object in the body; an empty body is an empty object."""
        body = stream.read(CONFIG_LIMIT_BYTES + 1)
        if len(body) > CONFIG_LIMIT_BYTES:
            raise BodyTooLarge
        try:
            data = read_json(body.decode("utf-8")) if body.strip() else {}
        except UnicodeDecodeError as error:
            raise exceptions.ParseError(f"The body is not UTF-8 text: {error.reason}.") from None
        except Unreadable as error:
            (problem,) = error.problems
            if problem.path:
                raise exceptions.ValidationError({problem.path: [problem.message]}) from None
            raise exceptions.ParseError(problem.message) from None
        if not isinstance(data, dict):
            raise exceptions.ParseError('The body must be a JSON object, such as {"config": {}}.')
        return data
