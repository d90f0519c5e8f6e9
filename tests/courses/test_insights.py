"""What a run page says beside the metrics, in words."""

from __future__ import annotations

from courses import insights


def test_a_model_in_8_bits_is_set_beside_the_one_that_was_trained():
    def part(score, size):
        return {"score": score, "size_bytes": size, "inference_ms_p50": 0.1, "inference_ms_p95": 0.25}

    told = {"metric": "accuracy", "before": part(0.97, 40_000), "after": part(0.965, 11_000)}
    rows = insights.deployed_rows({"deployment": told})
    assert [(row.title, row.before, row.after) for row in rows] == [
        ("Accuracy on validation rows", "97.0 %", "96.5 %"),
        ("Stored model", "39 kB", "11 kB"),
        ("One prediction, median", "0.100 ms", "0.100 ms"),
        ("One prediction, slowest twentieth", "0.250 ms", "0.250 ms"),
    ]
    assert insights.deployed_rows({}) == []
