"""Datasets that come with scikit-learn."""

from __future__ import annotations

from trainer_service.engine.catalogue.base import Dataset

_UCI = "UCI Machine Learning Repository, as distributed inside scikit-learn"

INSTALLED: tuple[Dataset, ...] = (
    Dataset(
        name="digits@1",
        title="Handwritten digits",
        task="classification",
        rows=1797,
        held_out_rows=360,
        features=64,
        sha256="f19a7d92591ca0a1ffc65ec172e8149afdff995e0d2c4cb0afd151f38471ff90",
        origin=f"Alpaydin and Kaynak (1998), optical recognition of handwritten digits; {_UCI}",
        licence="CC BY 4.0",
        summary="8×8 grey images of the digits 0 to 9 by 43 writers; pixels count dark dots, 0 to 16.",
        classes=tuple("0123456789"),
        form="image",
        shape=(8, 8),
        feature_names=tuple(f"pixel {row},{column}" for row in range(8) for column in range(8)),
    ),
    Dataset(
        name="breast_cancer@1",
        title="Breast tumours",
        task="classification",
        rows=569,
        held_out_rows=171,
        features=30,
        sha256="cdd5f37c36cbdfc2e5ee074cec7540fac54340874afb25917a673e446270d0d0",
        origin=f"Wolberg, Street and others (1995), Breast Cancer Wisconsin (Diagnostic); {_UCI}",
        licence="CC BY 4.0",
        summary="Measurements of cell nuclei in images of 569 breast tumours, malignant or benign.",
        classes=("malignant", "benign"),
        positive_class=0,
        feature_names=tuple(
            f"{kind} {measure}"
            for kind in ("mean", "error of", "worst")
            for measure in (
                "radius",
                "texture",
                "perimeter",
                "area",
                "smoothness",
                "compactness",
                "concavity",
                "concave points",
                "symmetry",
                "fractal dimension",
            )
        ),
    ),
    Dataset(
        name="wine@1",
        title="Wine cultivars",
        task="classification",
        rows=178,
        held_out_rows=54,
        features=13,
        sha256="c7e84e8e03b2b5a354287416d84d08945318450658a22a63c39973d8306c2ca4",
        origin=f"Aeberhard and Forina (1991), Wine; {_UCI}",
        licence="CC BY 4.0",
        summary="Thirteen chemical measurements of 178 wines from three cultivars of one Italian region.",
        classes=("cultivar 1", "cultivar 2", "cultivar 3"),
        feature_names=(
            "alcohol",
            "malic acid",
            "ash",
            "alcalinity of ash",
            "magnesium",
            "total phenols",
            "flavanoids",
            "nonflavanoid phenols",
            "proanthocyanins",
            "color intensity",
            "hue",
            "OD280/OD315",
            "proline",
        ),
    ),
    Dataset(
        name="diabetes@1",
        title="Disease progression in diabetes",
        task="regression",
        rows=442,
        held_out_rows=133,
        features=10,
        sha256="84ec38030d0ff6dfdc32f475c5633e39e7ada9dbc328d3deb29bb757eec6a331",
        origin="Efron, Hastie, Johnstone, Tibshirani (2004), Least Angle Regression; inside scikit-learn",
        licence="as distributed with scikit-learn (BSD-3-Clause)",
        summary="Ten measurements of 442 people with diabetes; how far it went a year later (25 to 346).",
        feature_names=(
            "age",
            "sex",
            "body mass index",
            "blood pressure",
            "total cholesterol",
            "low-density lipoproteins",
            "high-density lipoproteins",
            "cholesterol ratio",
            "log triglycerides",
            "blood sugar",
        ),
    ),
)
