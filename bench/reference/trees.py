# What bench/nets/trees.ts asks, over src/cli/bench/peers/python-process.ts: scikit-learn's forests and boosted trees, by default but for the seed, learn from the rows sent and say what
# they take others for. A request is a line of JSON and arrays after it; the answer a line and the probabilities, [rows][classes or tasks], in doubles.
import json, sys
from time import perf_counter
import numpy as np
import sklearn
from scipy.sparse import csr_matrix
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier

read, write = sys.stdin.buffer, sys.stdout.buffer


def answer(found, data=b""):
    write.write(json.dumps({**found, "bytes": len(data)}).encode() + b"\n" + data)
    write.flush()


def rows_of(arrays, columns, dense):
    if "start" in arrays:
        start = arrays["start"]
        rows = csr_matrix((arrays["value"], arrays["index"], start), (len(start) - 1, columns))
        return rows.toarray() if dense else rows
    return arrays["value"].reshape(-1, columns)


def fitted(kind, seed, x, y):
    if kind == "forest":
        return RandomForestClassifier(random_state=seed, n_jobs=1).fit(x, y)
    return HistGradientBoostingClassifier(random_state=seed).fit(x, y)


def nodes_of(model):
    if isinstance(model, RandomForestClassifier):
        return sum(tree.tree_.node_count for tree in model.estimators_)
    return sum(len(tree.nodes) for step in model._predictors for tree in step)


def learn(asked, arrays):
    """A model of the classes, or one of each task on the rows that have its label."""
    x = rows_of(arrays, asked["columns"], asked["model"] == "boosted")
    labels = arrays["labels"].reshape(x.shape[0], -1)
    models, seconds = [], 0
    for y in labels.T:
        known = np.flatnonzero(y >= 0)
        began = perf_counter()
        models.append(fitted(asked["model"], asked["seed"], x[known], y[known]))
        seconds += perf_counter() - began
    return models, {"seconds": seconds, "nodes": int(sum(map(nodes_of, models)))}


def tell(asked, arrays, models):
    x = rows_of(arrays, asked["columns"], asked["model"] == "boosted")
    found = np.zeros((x.shape[0], asked["classes"] or len(models)))
    for task, model in enumerate(models):
        told = model.predict_proba(x)
        if asked["classes"]:
            found[:, model.classes_] = told
        elif 1 in model.classes_:
            found[:, task] = told[:, -1]
    return np.ascontiguousarray(found).tobytes()


answer({"version": sklearn.__version__})
for line in read:
    try:
        asked = json.loads(line)
        arrays = {}
        for key, kind, length in asked["arrays"]:
            kind = np.dtype(kind)
            arrays[key] = np.frombuffer(bytearray(read.read(length * kind.itemsize)), kind)
        if asked["do"] == "learn":
            models, found = learn(asked, arrays)
            answer(found)
        else:
            answer({}, tell(asked, arrays, models))
    except Exception as error:
        answer({"error": f"{type(error).__name__}: {error}"})
