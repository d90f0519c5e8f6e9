"""The environment of a training process fits the processor it runs on."""

from __future__ import annotations

import pytest

from trainer_service.engine import processor

AVX512 = "sse avx512f avx512cd avx512bw avx512dq avx512vl"


@pytest.mark.parametrize(
    ("facts", "kernels"),
    [
        ({"vendor_id": "AuthenticAMD", "flags": AVX512}, "SkylakeX"),
        ({"vendor_id": "AuthenticAMD", "flags": "sse avx2"}, None),
        ({"vendor_id": "GenuineIntel", "flags": AVX512}, None),  # seen by the library itself
        ({}, None),
    ],
)
def test_kernels_are_named_where_the_library_does_not_see_them(monkeypatch, facts, kernels):
    monkeypatch.setattr(processor, "facts", lambda: facts)
    assert processor.environment().get("OPENBLAS_CORETYPE") == kernels


def test_every_math_library_gets_one_thread():
    assert {processor.environment()[name] for name in processor.ONE_THREAD} == {"1"}
