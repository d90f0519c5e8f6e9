"""Which skills, added next, complete the most postings: greedy over sets, as skills are asked for together.

Pure: NumPy alone. A skill that completes nothing by itself may complete much beside another, so the sets that
are still missing somewhere are the candidates; the best gain for each skill added is taken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Bits = npt.NDArray[np.uint64]
Weights = npt.NDArray[np.float64]
UNIVERSE = 64
MOST_MISSING = 4
CANDIDATES = 400
WORD = 64


@dataclass(frozen=True, slots=True)
class Asked:
    """Distinct sets of asked skills, as words of bits, with the weight of their postings."""

    words: Bits
    weights: Weights

    def gain(self, held: int, added: int) -> tuple[float, float]:
        """What adding skills to those held brings: weight newly covered, and of asked skills newly met."""
        before, after = _split(held, self.words.shape[1]), _split(held | added, self.words.shape[1])
        is_new = ((self.words & ~after) == 0).all(axis=1) & ((self.words & ~before) != 0).any(axis=1)
        sizes = np.bitwise_count(self.words).sum(axis=1)
        newly = np.bitwise_count(self.words & after & ~before).sum(axis=1)
        return float(self.weights[is_new].sum()), float((self.weights * newly / sizes).sum())


def asked(columns: Mapping[str, Any]) -> Asked:
    """The columns `w0`… and `weight` as sets."""
    names = sorted((name for name in columns if name != "weight"), key=lambda name: int(name[1:]))
    words = np.column_stack([np.asarray(columns[name], dtype=np.uint64) for name in names])
    return Asked(words, np.asarray(columns["weight"], dtype=np.float64))


def choose(sets: Asked, held: int, count: int) -> list[int]:
    """Up to `count` further skills (numbers of bits), in the order in which they should be learned."""
    places, missing, weights = _missing(sets, held)
    chosen: list[int] = []
    while len(chosen) < count and len(weights):
        best = _best(missing, weights, count - len(chosen))
        if best == 0:
            break
        chosen += _commonest_first(best, missing, weights)
        missing = missing & np.uint64(2**WORD - 1 - best)
        missing, weights = missing[missing != 0], weights[missing != 0]
    return [places[place] for place in chosen]


def _missing(sets: Asked, held: int) -> tuple[list[int], Bits, Weights]:
    """What sets that miss little still miss, as bits of the commonest 64 missing skills (`places`)."""
    rest = sets.words & ~_split(held, sets.words.shape[1])
    sizes = np.bitwise_count(rest).sum(axis=1)
    is_near = (sizes > 0) & (sizes <= MOST_MISSING)
    rest, weights = rest[is_near], sets.weights[is_near]
    demand = {
        word * WORD + bit: float(weights[(rest[:, word] >> np.uint64(bit)) & np.uint64(1) == 1].sum())
        for word in range(rest.shape[1])
        for bit in range(WORD)
    }
    wanted = (place for place in demand if demand[place] > 0)
    places = sorted(wanted, key=lambda place: (-demand[place], place))[:UNIVERSE]
    packed, known = np.zeros(len(rest), np.uint64), np.zeros(len(rest), np.uint64)
    for number, place in enumerate(places):
        bit = (rest[:, place // WORD] >> np.uint64(place % WORD)) & np.uint64(1)
        packed |= bit << np.uint64(number)
        known += bit
    is_whole = known == np.bitwise_count(rest).sum(axis=1)
    return places, packed[is_whole], weights[is_whole]


def _best(missing: Bits, weights: Weights, most: int) -> int:
    """The set with the largest gain for each skill; 0 where none gains anything."""
    candidates, rate = _candidates(missing, weights, most), 0.0
    best = 0
    for candidate in candidates:
        is_covered = (missing & np.uint64(2**WORD - 1 - candidate)) == 0
        found = float(weights[is_covered].sum()) / candidate.bit_count()
        if found > rate * (1 + 1e-12):
            best, rate = candidate, found
    return best


def _candidates(missing: Bits, weights: Weights, most: int) -> Sequence[int]:
    """The heaviest sets still missing somewhere that are small enough."""
    small = np.bitwise_count(missing) <= most
    if not small.any():
        return []
    distinct, place = np.unique(missing[small], return_inverse=True)
    sums = np.bincount(place, weights[small])
    heaviest = np.argsort(-sums, kind="stable")[:CANDIDATES]
    return [int(distinct[number]) for number in heaviest]


def _commonest_first(chosen: int, missing: Bits, weights: Weights) -> list[int]:
    bits = [bit for bit in range(WORD) if chosen >> bit & 1]
    demand = {bit: float(weights[(missing >> np.uint64(bit)) & np.uint64(1) == 1].sum()) for bit in bits}
    return sorted(bits, key=lambda bit: (-demand[bit], bit))


def _split(mask: int, words: int) -> Bits:
    return np.array([mask >> WORD * word & (2**WORD - 1) for word in range(words)], dtype=np.uint64)
