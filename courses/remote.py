"""A small client of the site's own API, for the command line."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self

import httpx

POLL_SECONDS = 0.5
PATIENCE_SECONDS = 30.0
OVER = frozenset({"succeeded", "failed", "cancelled"})

Json = dict[str, Any]


class UnreachableError(Exception):
    """The site does not answer, or answers with an error of its own."""


class RefusedError(Exception):
    """The site refused the request; `problem` holds its problem details."""

    def __init__(self, problem: Json) -> None:
        super().__init__(str(problem.get("detail") or problem.get("title") or "refused"))
        self.problem = problem


class Remote:
    """One site and one person's token."""

    def __init__(self, url: str, token: str, transport: httpx.BaseTransport | None = None) -> None:
        self.url = url.rstrip("/")
        self._client = httpx.Client(
            base_url=f"{self.url}/api/v1/",
            headers={"Authorization": f"Token {token}"} if token else {},
            timeout=30.0,
            transport=transport or httpx.HTTPTransport(retries=2),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def submit(self, exercise: str, config: str) -> Json:
        """Send a configuration (YAML text) to `course/exercise`; the key makes a repeated send harmless."""
        key = uuid.uuid4().hex
        path = f"exercises/{exercise}/submissions/"
        return self._ask("POST", path, json={"config": config}, headers={"Idempotency-Key": key})

    def submission(self, number: int) -> Json:
        """A submission with grade and run."""
        return self._ask("GET", f"submissions/{number}/")

    def follow(self, run: int) -> Iterator[Json]:
        """The curve of a run, again and again until the run is over; short outages are waited out."""
        given_up_at = time.monotonic() + PATIENCE_SECONDS
        after = -1
        while True:
            try:
                curve = self._ask("GET", f"runs/{run}/curve/", params={"after": after})
            except UnreachableError:
                if time.monotonic() > given_up_at:
                    raise
                time.sleep(POLL_SECONDS)
                continue
            given_up_at = time.monotonic() + PATIENCE_SECONDS
            after = max([after, *(point["epoch"] for point in curve["points"])])
            yield {**curve, "epoch": max(after, 0)}
            if curve["state"] in OVER:
                return
            time.sleep(POLL_SECONDS)

    def _ask(self, method: str, path: str, **options: Any) -> Json:
        try:
            answer = self._client.request(method, path, **options)
        except httpx.ConnectError:
            raise UnreachableError(
                f"No server answers at {self.url}: start it with `make run`, or name another by --url."
            ) from None
        except httpx.TimeoutException:
            raise UnreachableError(f"{self.url} does not answer in time: try again later.") from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise UnreachableError(f"{self.url} does not answer: {error}") from None
        if answer.is_server_error or answer.is_redirect:
            raise UnreachableError(f"{self.url} answered with status {answer.status_code}")
        try:
            body: Json = answer.json()
        except ValueError:
            raise UnreachableError(f"{self.url} did not answer as this site's API does") from None
        if answer.is_client_error:
            raise RefusedError(body)
        return body
