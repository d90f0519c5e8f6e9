"""What the processor can do, for the libraries that do not see it themselves.

No numerical library is loaded here: what is set must be set before they load.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

ONE_THREAD = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
_AVX512 = frozenset({"avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl"})


def environment() -> dict[str, str]:
    """Variables of a training process: one thread each, and the fastest kernels of OpenBLAS.

    The OpenBLAS inside numpy takes AMD's processors for older ones and leaves their AVX-512 unused, which
    more than halves the speed of its products; naming the kernels mends that.
    """
    chosen = dict.fromkeys(ONE_THREAD, "1")
    named = facts()
    if named.get("vendor_id") == "AuthenticAMD" and set(named.get("flags", "").split()) >= _AVX512:
        chosen["OPENBLAS_CORETYPE"] = "SkylakeX"
    return chosen


@cache
def facts() -> Mapping[str, str]:
    """What Linux says about the last of the processor's cores, by name; empty elsewhere."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            pairs = [line.split(":", 1) for line in lines if ":" in line]
    except OSError:
        return {}
    return {key.strip(): value.strip() for key, value in pairs}
