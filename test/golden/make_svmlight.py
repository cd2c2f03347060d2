"""Writes svmlight.json: what scikit-learn's load_svmlight_file makes of texts, as labels, row starts, columns and values (32-bit).

Run: python3 test/golden/make_svmlight.py
"""

import io
import json
import pathlib

import numpy as np
from sklearn.datasets import load_svmlight_file

HERE = pathlib.Path(__file__).parent
FIELD = HERE.parent / "field"
rng = np.random.default_rng(9)


def made(rows, columns, base, label, comment=""):
    lines = ["# made by a program", ""]
    for _ in range(rows):
        chosen = np.sort(rng.choice(columns, rng.integers(0, columns), replace=False))
        values = rng.choice([1, 0.25, -3.5, 1e-3, 123456.789, 0.1, 7e20, 2.5e-30], len(chosen))
        pairs = " ".join(f"{c + base}:{v:.9g}" for c, v in zip(chosen, values))
        lines.append(f"{label()} {pairs}{comment}")
    return "\n".join(lines) + "\n"


TEXTS = {
    "09-a": (FIELD / "09-a.libsvm").read_text(),
    "09-b": (FIELD / "09-b.svm").read_text(),
    "from 1": made(40, 12, 1, lambda: rng.choice(["+1", "-1"]), " # row"),
    "from 0": made(40, 12, 0, lambda: rng.integers(0, 4)),
    "regression": made(30, 6, 1, lambda: f"{rng.normal() * 1e5:.7g}"),
    "three signed": made(30, 6, 1, lambda: rng.choice(["-1", "0", "1"])),
    "queries": "2 qid:1 1:0.5 2:3\n1 qid:1 2:1.5\n0 qid:2 1:4\n2 qid:2 1:1 2:1\n",
    "tabs, CRLF": "1\t1:1\t2:2\r\n0  3:3 \r\n",
}

cases = {}
for name, text in TEXTS.items():
    x, y = load_svmlight_file(io.BytesIO(text.encode()), zero_based="auto", dtype=np.float64)
    x.eliminate_zeros()
    cases[name] = {
        "text": text,
        "rows": x.shape[0],
        "columns": x.shape[1],
        "labels": y.tolist(),
        "start": x.indptr.tolist(),
        "index": x.indices.tolist(),
        "value": x.data.astype(np.float32).astype(np.float64).tolist(),
    }
(HERE / "svmlight.json").write_text(json.dumps(cases, indent=1) + "\n")
