"""What electricity and machines cost where this site runs: stated by its operator, never measured."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tariff:
    """`watts_per_core` stands in where no meter is readable; prices are in USD, carbon in grams of CO2e."""

    watts_per_core: float = 15.0
    usd_per_kwh: float = 0.15
    usd_per_hour: float = 0.0
    grams_per_kwh: float = 480.0
