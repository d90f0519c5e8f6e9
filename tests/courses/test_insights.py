"""What a run page says beside the metrics, in words."""

from __future__ import annotations

from courses import explanation_charts, insights


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


def feature(name, mean, low, high):
    return {"place": 0, "feature": name, "mean": mean, "low": low, "high": high}


EXPLANATION = {
    "metric": "accuracy",
    "score": 0.95,
    "features": [feature("alcohol", 0.2, 0.1, 0.3), feature("ash", -0.01, -0.02, 0.02)],
    "dependence": [
        {"feature": "alcohol", "values": [11.0, 12.5], "names": [], "lines": {"good": [0.2, 0.7]}},
        {
            "feature": "colour",
            "values": [0.0, 1.0],
            "names": ["red", "white"],
            "lines": {"good": [0.5, None]},
        },
    ],
}


def test_the_most_important_feature_is_named_and_those_of_chance_are_counted():
    told = insights.explained({"explanation": EXPLANATION})
    assert told.sentence == (
        "Shuffled, alcohol costs the most: 0.2000 of Accuracy 0.9500. "
        "1 of 2 features cannot be told from chance."
    )
    assert [(row.name, row.mean) for row in told.rows] == [("alcohol", "0.2000"), ("ash", "−0.0100")]
    assert told.curves[0].rows == [("11", ["0.2000"]), ("12.5", ["0.7000"])]
    assert told.curves[1].rows == [("red", ["0.5000"]), ("white", ["–"])]
    assert told.curves[1].chart["encoding"]["x"]["type"] == "nominal"
    assert insights.explained({}) is None


def test_parts_of_an_image_are_scaled_by_their_largest_pixel():
    picture = {
        "pixels": [[0.0, 16.0]],
        "saliency": [[0.5, 0.25]],
        "attribution": [[-2.0, 1.0]],
        "true": "7",
        "said": "1",
    }
    values = explanation_charts.images([picture])["data"]["values"]
    assert [row["share"] for row in values] == [0.0, 1.0, 1.0, 0.5, -1.0, 0.5]
    assert values[0]["image"] == "1. 7, said 1"


def test_blocks_name_the_feature_that_drifted_most():
    def block(number, score, retrained):
        psi = {"speed": 0.05, "light": 0.4}
        return {
            "block": number,
            "rows": 400,
            "score": score,
            "psi": psi,
            "ks": {"speed": 0.1, "light": 0.3},
            "retrained": retrained,
        }

    told = {
        "retrain": "on_drift",
        "threshold": 0.2,
        "metric": "accuracy",
        "fits": 2,
        "blocks": [block(1, 0.9, False), block(2, 0.6, True), block(3, None, False)],
    }
    found = insights.stream({"stream": told})
    assert found.sentence == "The model was trained 2 times: on the first block, and after 1 of 3 others."
    assert [(row.score, row.feature, row.psi, row.ks) for row in found.rows][:2] == [
        ("90.0 %", "light", "0.4000", "0.3000"),
        ("60.0 %", "light", "0.4000", "0.3000"),
    ]
    assert [row["then"] for row in found.scores["data"]["values"]] == [
        "kept as it was",
        "trained again after it",
    ]
    assert found.drift["layer"][1]["encoding"]["y"]["datum"] == 0.2
    assert insights.stream({}) is None
