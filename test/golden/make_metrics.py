"""Writes metrics.json: what scikit-learn says of some predictions. Classes: confusion matrix, precision, recall, F1, balanced accuracy, balanced class weights and
the loss weighted by them; values: root mean squared error and R squared, by output and over all.

Run: python3 test/golden/make_metrics.py
"""

import json
import pathlib
import warnings

import numpy as np
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    confusion_matrix,
    log_loss,
    mean_squared_error,
    precision_recall_fscore_support,
    r2_score,
)
from sklearn.utils.class_weight import compute_class_weight

warnings.simplefilter("ignore")
rng = np.random.default_rng(12)


def of_classes(classes, rows, present, said):
    """present, said: classes that occur, and that may be predicted."""
    shares = rng.dirichlet(np.ones(len(present)) * 0.7)
    labels = rng.choice(present, rows, p=shares)
    labels[: len(present)] = present
    outputs = rng.random((rows, classes))
    outputs[np.arange(rows), labels] += 0.4
    outputs[:, [c for c in range(classes) if c not in said]] *= 0.01
    outputs = (outputs / outputs.sum(axis=1, keepdims=True)).astype(np.float32)
    predicted = outputs.argmax(axis=1)
    every = list(range(classes))
    # NaN stands for what cannot be divided; F1 of scikit-learn is 0 there.
    precision, recall, f1, _ = precision_recall_fscore_support(labels, predicted, labels=every)
    matrix = confusion_matrix(labels, predicted, labels=every)
    number = lambda values, known: [float(v) if k else None for v, k in zip(values, known)]
    occurs, tells = matrix.sum(axis=1) > 0, matrix.sum(axis=0) > 0
    weights = compute_class_weight("balanced", classes=np.array(present), y=labels)
    by_class = dict(zip(present, weights))
    return {
        "classes": classes,
        "labels": labels.tolist(),
        "outputs": outputs.ravel().tolist(),
        "confusion": matrix.tolist(),
        "precision": number(precision, tells),
        "recall": number(recall, occurs),
        "f1": number(f1, occurs | tells),
        "accuracy": accuracy_score(labels, predicted),
        "balancedAccuracy": balanced_accuracy_score(labels, predicted),
        "balancedWeights": [float(by_class.get(c, 0)) for c in every],
        "weightedLoss": log_loss(
            labels,
            outputs.astype(np.float64) / outputs.astype(np.float64).sum(axis=1, keepdims=True),
            labels=every,
            sample_weight=[by_class[y] for y in labels],
        ),
    }


def of_values(rows, outputs, scale, offset):
    wanted = rng.normal(size=(rows, outputs)) * scale + offset
    predicted = wanted + rng.normal(size=(rows, outputs)) * np.array(scale) * np.linspace(0.1, 1.5, outputs)
    trained = (wanted.mean(axis=0) + 0.3 * np.array(scale)).tolist()
    root = lambda guess: np.sqrt(mean_squared_error(wanted, guess, multioutput="raw_values"))
    alone = np.broadcast_to(trained, wanted.shape)
    return {
        "outputs": outputs,
        "wanted": wanted.ravel().tolist(),
        "predicted": predicted.ravel().tolist(),
        "trainedMean": trained,
        "rmse": float(np.sqrt(mean_squared_error(wanted, predicted))),
        "meanOnlyRmse": float(np.sqrt(mean_squared_error(wanted, alone))),
        "r2": r2_score(wanted, predicted),
        "rmseByOutput": root(predicted).tolist(),
        "meanOnlyRmseByOutput": root(alone).tolist(),
        "r2ByOutput": r2_score(wanted, predicted, multioutput="raw_values").tolist(),
    }


cases = {
    "classes": [
        of_classes(2, 60, [0, 1], [0, 1]),
        of_classes(2, 40, [0, 1], [0]),
        of_classes(5, 90, [0, 1, 2, 3, 4], [0, 1, 2, 3, 4]),
        of_classes(6, 80, [0, 2, 3], [0, 1, 3]),
    ],
    "values": [
        of_values(50, 1, [1.0], [0.0]),
        of_values(30, 1, [230919.0], [497884.0]),
        of_values(40, 3, [1.0, 1e-3, 1e6], [0.0, 5.0, 1e7]),
    ],
}
path = pathlib.Path(__file__).with_name("metrics.json")
path.write_text(json.dumps(cases) + "\n")
