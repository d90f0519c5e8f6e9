"""Pay inside JSON, as services write it: contracts with a range each, or one object with both ends."""

from __future__ import annotations

import json
from typing import Any

from .currencies import code_in_column
from .pay import MISSING, PERIOD_BY_WORD, Pay, Unreadable, parse_amount

LOW_KEYS = ("from", "min", "minValue", "MinimumRange", "minimum", "low")
HIGH_KEYS = ("to", "max", "maxValue", "MaximumRange", "maximum", "high")
LONE_KEYS = ("value", "amount")
CURRENCY_KEYS, PERIOD_KEYS = ("currency", "CurrencyCode"), ("unitText", "unit", "period", "RateIntervalCode")
# A contract of employment comes before one between companies: that is what other sources state.
EMPLOYED = ("permanent", "employment", "full_time", "full-time")


def listed_pay(text: str) -> Pay | None:
    """The first range of a JSON cell (that of employment, where there are several), or None.

    Raises Unreadable for what is no JSON, or whose amounts are no numbers.
    """
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise Unreadable(f"pay {text[:80]!r} is neither an amount nor JSON") from None
    entries = [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict)]
    entries.sort(key=lambda one: str(one.get("type", "")).casefold() not in EMPLOYED)
    stated = (_pay(entry | _inner(entry)) for entry in entries)
    return next((pay for pay in stated if pay), None)


def _inner(entry: dict[str, Any]) -> dict[str, Any]:
    """The object that holds the amounts, one or two steps inside: `salary`, `value`."""
    found: dict[str, Any] = {}
    for key in ("salary", "baseSalary", "value"):
        if isinstance(entry.get(key), dict):
            found |= entry[key] | _inner(entry[key])
    return found


def _pay(entry: dict[str, Any]) -> Pay | None:
    low, high, lone = (_amount(entry, keys) for keys in (LOW_KEYS, HIGH_KEYS, LONE_KEYS))
    if not (low or high or lone):
        return None
    if low and high and low > high:
        raise Unreadable(f"pay {low:g} to {high:g} has its lower end above its upper end")
    currency = str(next((entry[key] for key in CURRENCY_KEYS if entry.get(key)), ""))
    period = str(next((entry[key] for key in PERIOD_KEYS if entry.get(key)), "")).casefold()
    return Pay(low or lone, high or lone, code_in_column(currency), PERIOD_BY_WORD.get(period, ""))


def _amount(entry: dict[str, Any], keys: tuple[str, ...]) -> float | None:
    stated = (entry[key] for key in keys if isinstance(entry.get(key), int | float | str))
    found = next((one for one in stated if str(one).casefold() not in MISSING), None)
    return None if found is None or isinstance(found, bool) else parse_amount(str(found)) or None
