"""Writes information.json: mutual information in nats of every pair of columns of a small matrix, in NumPy, from the definition
sum p(a,b) ln(p(a,b) / (p(a) p(b))), for three readings of the columns: x > 0, x > mean, and every value a state; and the sum of
the edges of SciPy's spanning tree for each.

Run: python3 test/golden/make_information.py
"""

import json
import pathlib

import numpy as np
from scipy.sparse.csgraph import minimum_spanning_tree

ROWS, COLUMNS = 40, 7
rng = np.random.default_rng(7)
base = rng.integers(0, 4, (ROWS, 1))
noise = rng.integers(0, 4, (ROWS, COLUMNS))
matrix = np.where(rng.random((ROWS, COLUMNS)) < np.linspace(0.2, 0.9, COLUMNS), noise, base)
matrix[:, 5] = 2  # Constant: no information with anything.
labels = (base[:, 0] + (rng.random(ROWS) < 0.2)) % 3


def information(x, y):
    total = 0.0
    for a in np.unique(x):
        for b in np.unique(y):
            joint = np.mean((x == a) & (y == b))
            if joint > 0:
                total += joint * np.log(joint / (np.mean(x == a) * np.mean(y == b)))
    return total


def pairs(columns):
    return [[information(columns[:, a], columns[:, b]) for b in range(COLUMNS)] for a in range(COLUMNS)]


def tree_sum(rows):
    weights = np.array(rows)
    np.fill_diagonal(weights, 0)
    # SciPy takes 0 for "no edge": shift, and shift back. It minimises.
    return float(-(minimum_spanning_tree(-(weights + 1)).sum()) - (COLUMNS - 1))


readings = {
    "above0": (matrix > 0).astype(int),
    "aboveMean": (matrix > matrix.mean(axis=0)).astype(int),
    "states": matrix,
}
out = {"rows": matrix.tolist(), "labels": labels.tolist(), "readings": {}}
for name, columns in readings.items():
    rows = pairs(columns)
    out["readings"][name] = {
        "pairs": rows,
        "tree": tree_sum(rows),
        "target": [information(columns[:, c], labels) for c in range(COLUMNS)],
    }
path = pathlib.Path(__file__).parent / "information.json"
path.write_text(json.dumps(out) + "\n")
