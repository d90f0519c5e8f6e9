"""JSON piece by piece: values decoded out of a buffer that holds at most the longest row allowed."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from typing import IO, Any

from .limits import MIB, Limits, Refused

SPACE = " \t\r\n"


class Scanner:
    """A position in a stream of JSON. `count` is how many values were decoded so far."""

    def __init__(self, file: IO[bytes], limits: Limits) -> None:
        """Start at the first value; nothing is read yet."""
        self._file, self._limits = file, limits
        self._text, self._position, self._is_over = "", 0, False
        self._decode = codecs.getincrementaldecoder("utf-8-sig")("strict")
        self._decoder = json.JSONDecoder()
        self.count = 0

    def peek(self) -> str:
        """The next character that is no space; "" at the end of the file."""
        while True:
            while self._position < len(self._text) and self._text[self._position] in SPACE:
                self._position += 1
            if self._position < len(self._text):
                return self._text[self._position]
            if self._is_over:
                return ""
            self._fill()

    def skip(self, characters: str) -> bool:
        """Step over the next character if it is one of these."""
        is_one = self.peek() in tuple(characters)
        self._position += is_one
        return is_one

    def value(self) -> Any:
        """The next value, whole; Refused when it is broken, too long or nested too deeply."""
        self.peek()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._position)
                # A number at the end of the buffer may go on in the next block.
                if self._is_over or end < len(self._text):
                    self._position, self.count = end, self.count + 1
                    return value
            except json.JSONDecodeError as wrong:
                if self._is_over:
                    raise Refused(f"After {self.count:,} objects the JSON is broken: {wrong}.") from wrong
            except RecursionError:
                raise Refused(
                    f"After {self.count:,} objects the JSON is nested too deeply to be a table."
                ) from None
            self._fill()

    def key(self) -> str:
        """The next key of an object, with its colon."""
        key = self.value()
        if not isinstance(key, str) or not self.skip(":"):
            raise Refused("The JSON is broken: a key of its first object is no text with a colon behind it.")
        return key

    def is_list_of_objects(self) -> bool:
        """Whether a list whose first element is an object comes next; if so, its bracket is stepped over."""
        if self.peek() != "[":
            return False
        self._position += 1
        if self.peek() == "{":
            return True
        # Put the bracket back: the list is an ordinary value.
        self._text, self._position = "[" + self._text[self._position :], 0
        return False

    def elements(self) -> Iterator[Any]:
        """The values of the list that was stepped into, to its end; what follows it is not read."""
        while self.peek() not in ("]", ""):
            if not self.skip(","):
                yield self.value()
        if not self.peek():
            raise Refused(f"After {self.count:,} objects the JSON is broken: its list does not end.")

    def _fill(self) -> None:
        self._text, self._position = self._text[self._position :], 0
        if len(self._text) > self._limits.row_bytes:
            longest = self._limits.row_bytes // MIB
            raise Refused(f"After {self.count:,} objects, one is broken or longer than {longest} MiB.")
        block = self._file.read(MIB)
        self._is_over = not block
        try:
            self._text += self._decode.decode(block, final=not block)
        except UnicodeDecodeError as wrong:
            raise Refused(f"The JSON is not UTF-8 ({wrong.reason}). Save it as UTF-8.") from wrong
