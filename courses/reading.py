"""Safe reading of YAML and JSON that people send: bounded, no anchors, tags, repeated keys or infinities.

Text is read event by event and refused at the first unsafe construct, so nothing is ever expanded. Plain
scalars follow YAML 1.2: `yes` is a word, `1e-3` is a number.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NoReturn

from ruamel.yaml import YAML
from ruamel.yaml import events as yaml_events
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from trainer_service.engine.spec import SpecError, SpecProblem

CONFIG_LIMIT_BYTES = 64 * 1024
COURSE_LIMIT_BYTES = 256 * 1024
MAX_DEPTH = 12
MAX_PARTS = 5_000
MAX_DIGITS = 40

Position = tuple[int, int]
Location = tuple[str | int, ...]

_NULL = re.compile(r"~|null|Null|NULL|")
_BOOLEAN = re.compile(r"true|True|TRUE|false|False|FALSE")
_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


class Unreadable(SpecError):
    """Text that is not safe, well-formed YAML or JSON; `line` and `column` count from 1, 0 where unknown."""

    def __init__(self, reason: str, line: int = 0, column: int = 0, path: str = "") -> None:
        message = f"line {line}, column {column}: {reason}" if line else reason
        super().__init__([SpecProblem(path=path, message=message)])
        self.reason, self.line, self.column = reason, line, column


@dataclass(frozen=True, slots=True)
class Document:
    """Plain data, and where each part of it stands: `positions` maps a path of keys to (line, column)."""

    data: Any
    positions: dict[Location, Position] = field(repr=False)

    def position(self, location: Location) -> Position:
        """The position of `location`, or of the nearest part around it."""
        while location and location not in self.positions:
            location = location[:-1]
        return self.positions.get(location, (1, 1))


def read_config(text: str) -> dict[str, Any]:
    """A learner's configuration from YAML or JSON text, or `Unreadable` with line, column and reason."""
    _check_size(text, CONFIG_LIMIT_BYTES)
    data = read_json(text) if text.lstrip().startswith("{") else read_document(text, CONFIG_LIMIT_BYTES).data
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise Unreadable("a configuration is a mapping such as 'model: {family: svm}'")
    return data


def read_document(text: str, limit_bytes: int = COURSE_LIMIT_BYTES) -> Document:
    """YAML text as plain data with positions, or `Unreadable`."""
    _check_size(text, limit_bytes)
    reader = _Reader()
    try:
        data = reader.read(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = f"not well-formed YAML: {error.problem or error.context}"
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        raise Unreadable(reason, line, column) from None
    except YAMLError as error:
        raise Unreadable(f"not well-formed YAML: {str(error).splitlines()[0]}") from None
    _check_parts(data)
    return Document(data, reader.positions)


def read_json(text: str) -> Any:
    """JSON text as plain data, as strictly as YAML: no NaN, no repeated keys, bounded depth."""
    try:
        data = json.loads(
            text,
            parse_constant=_refuse_constant,
            parse_float=_json_float,
            parse_int=_json_integer,
            object_pairs_hook=_unique_keys,
        )
    except json.JSONDecodeError as error:
        raise Unreadable(f"not well-formed JSON: {error.msg}", error.lineno, error.colno) from None
    except RecursionError:
        raise Unreadable(f"nested deeper than {MAX_DEPTH} levels") from None
    _check_parts(data)
    return data


class _Reader:
    """Builds plain data from YAML events, refusing what is unsafe as soon as it comes."""

    def __init__(self) -> None:
        self.positions: dict[Location, Position] = {}
        self.events: Iterator[Any] = iter(())

    def read(self, text: str) -> Any:
        self.events = iter(YAML(typ="safe", pure=True).parse(text))
        next(self.events)  # the stream starts
        if isinstance(next(self.events), yaml_events.StreamEndEvent):
            return None
        data = self.node(next(self.events), ())
        next(self.events)  # the document ends
        if not isinstance(event := next(self.events), yaml_events.StreamEndEvent):
            _refuse(event, "one document only, found a second one after '---'")
        return data

    def node(self, event: Any, location: Location) -> Any:
        self.positions[location] = _position(event)
        if len(self.positions) > MAX_PARTS:
            _refuse(event, f"more than {MAX_PARTS:,} values; shorten it")
        if isinstance(event, yaml_events.AliasEvent) or event.anchor:
            _refuse(event, "anchors (&) and aliases (*) are not accepted; write the value out")
        if event.tag is not None:
            _refuse(event, f"tags such as {event.tag} are not accepted; write the plain value")
        if isinstance(event, yaml_events.ScalarEvent):
            return _scalar(event)
        if len(location) >= MAX_DEPTH:
            _refuse(event, f"nested deeper than {MAX_DEPTH} levels")
        if isinstance(event, yaml_events.MappingStartEvent):
            return self.mapping(location)
        return self.sequence(location)

    def mapping(self, location: Location) -> dict[str, Any]:
        result: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml_events.MappingEndEvent):
            if not isinstance(event, yaml_events.ScalarEvent) or event.anchor:
                _refuse(event, "a key must be a plain word")
            key = event.value
            if key == "<<":
                _refuse(event, "merge keys (<<) are not accepted; write the values out")
            if key in result:
                _refuse(event, f"the key '{key[:60]}' is given twice; keep one of them")
            result[key] = self.node(next(self.events), (*location, key))
            self.positions[(*location, key)] = _position(event)
        return result

    def sequence(self, location: Location) -> list[Any]:
        result: list[Any] = []
        while not isinstance(event := next(self.events), yaml_events.SequenceEndEvent):
            result.append(self.node(event, (*location, len(result))))
        return result


def _scalar(event: Any) -> Any:
    text: str = event.value
    if event.style:  # quoted or block: always text
        return text
    if _NULL.fullmatch(text):
        return None
    if _BOOLEAN.fullmatch(text):
        return text.lower() == "true"
    if _INTEGER.fullmatch(text):
        return _integer(text, *_position(event))
    if _NOT_FINITE.fullmatch(text):
        _refuse(event, f"{text} is not a number this site can use; give a finite one")
    if _FLOAT.fullmatch(text):
        return _float(text, *_position(event))
    return text


def _integer(text: str, line: int = 0, column: int = 0) -> int:
    if len(text) > MAX_DIGITS:
        raise Unreadable(f"the number {text[:12]}… has more than {MAX_DIGITS} digits", line, column)
    return int(text)


def _float(text: str, line: int = 0, column: int = 0) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise Unreadable(f"the number {text[:20]} is too large; give a finite one", line, column)
    return value


def _json_integer(text: str) -> int:
    return _integer(text)


def _json_float(text: str) -> float:
    return _float(text)


def _refuse_constant(name: str) -> NoReturn:
    raise Unreadable(f"{name} is not a number this site can use; give a finite one")


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in pairs:
        if key in result:
            raise Unreadable(f"the key '{key[:60]}' is given twice; keep one of them")
        result[key] = value
    return result


def _check_parts(data: Any, location: Location = ()) -> None:
    """Refuse what is nested too deep, and characters that no database or answer can hold."""
    if isinstance(data, str) and _UNSTORABLE.search(data):
        path = ".".join(map(str, location))
        raise Unreadable("text holds a zero byte or half a character; leave it out", path=path)
    if not isinstance(data, dict | list):
        return
    if len(location) >= MAX_DEPTH:
        raise Unreadable(f"nested deeper than {MAX_DEPTH} levels")
    for key, part in data.items() if isinstance(data, dict) else enumerate(data):
        _check_parts(key, location)
        _check_parts(part, (*location, key))


def _check_size(text: str, limit_bytes: int) -> None:
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > limit_bytes:
        raise Unreadable(f"{size:,} bytes are more than the {limit_bytes:,} accepted here; shorten it")


def _position(event: Any) -> Position:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _refuse(event: Any, reason: str) -> NoReturn:
    raise Unreadable(reason, *_position(event))
