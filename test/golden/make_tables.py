"""Writes tables.json: a small table of mixed columns with missing cells, and mutual information in nats of every pair of its columns by scikit-learn's mutual_info_score, with the
largest sum of a spanning tree by SciPy: categories as they are, few whole numbers as they are, other numbers above their mean or in quarters, missing cells a state of their own.

Run: python3 test/golden/make_tables.py
"""

import json
import pathlib

import numpy as np
from scipy.sparse.csgraph import minimum_spanning_tree
from sklearn.metrics import mutual_info_score

ROWS = 240
rng = np.random.default_rng(11)
hidden = rng.integers(0, 4, ROWS)


def noisy(states, rate):
    return np.where(rng.random(ROWS) < rate, rng.integers(0, states, ROWS), hidden % states)


WORDS = ["red", "green", "blue", "grey", "black"]
words = noisy(5, 0.4)
kind = noisy(2, 0.5)
kind_missing = rng.random(ROWS) < 0.1
codes = noisy(3, 0.3) + 1
times = 1_550_083_467_346_370 + hidden * 1_000_000 + rng.integers(0, 2_500_000, ROWS)
price = np.round(hidden * 0.1 + rng.random(ROWS), 2)
price_missing = rng.random(ROWS) < 0.15
price[price_missing] = np.nan


def information(columns):
    return [[mutual_info_score(a, b) for b in columns] for a in columns]


def tree_sum(rows):
    weights = np.array(rows)
    np.fill_diagonal(weights, 0)
    shifted = np.where(weights > 0, weights + 1, 1)
    np.fill_diagonal(shifted, 0)
    return float(-minimum_spanning_tree(-shifted).sum() - (len(rows) - 1))


def cut(values, missing):
    present = values[~missing]
    return np.where(missing, 2, np.where(values > present.mean(), 1, 0))


def quarters(values, missing):
    present = np.sort(values[~missing])
    starts = [present[(b * len(present)) // 4] for b in range(1, 4)]
    return np.where(missing, 4, np.searchsorted(starts, values, side="right"))


none = np.zeros(ROWS, bool)
discrete = [words, np.where(kind_missing, 2, kind), codes]
readings = {
    "mean": information([*discrete, cut(times, none), cut(price, price_missing)]),
    "bins4": information([*discrete, quarters(times, none), quarters(price, price_missing)]),
}
golden = {
    "columns": {
        "words": [WORDS[w] for w in words],
        "kind": [None if m else "AB"[k] for k, m in zip(kind, kind_missing)],
        "codes": codes.tolist(),
        "times": times.tolist(),
        "price": [None if m else x for x, m in zip(price.tolist(), price_missing)],
    },
    "readings": {name: {"pairs": pairs, "tree": tree_sum(pairs)} for name, pairs in readings.items()},
}
pathlib.Path(__file__).with_name("tables.json").write_text(json.dumps(golden) + "\n")
