"""Writes latent.json: binary latent trees with rows and, in NumPy and double precision, the posterior of every latent for each row, the
log-likelihood of each row, and I(v; z | parent(v)) from soft counts. Posteriors come from sum-product in the log domain over the rooted tree
(up, then down), and are checked here against a sum over all states of the latents where that many can be listed.

Run: python3 test/golden/make_latent.py
"""

import itertools
import json
import pathlib

import numpy as np

rng = np.random.default_rng(20)


def tree(features, levels, low, high):
    """Every level's nodes hang from the next level's at random, each latent having at least one child below it; top latents from later ones.
    Tables have three decimals, so that JSON holds them exactly."""
    parent, first = [], 0
    sizes = [features, *levels]
    for count, above in zip(sizes, levels):
        first += count
        owners = np.concatenate([np.arange(above), rng.integers(0, above, count - above)])
        parent += (first + rng.permutation(owners)).tolist()
    nodes = sum(sizes)
    while len(parent) < nodes - 1:
        parent.append(int(rng.integers(len(parent) + 1, nodes)))
    parent.append(-1)
    probability = np.round(rng.uniform(low, high, (nodes, 2)), 3)
    probability[-1, 1] = probability[-1, 0]
    return {"features": features, "levels": levels, "parent": parent, "probability": probability}


def draw(model, rows):
    parent, table = model["parent"], model["probability"]
    states = np.zeros((rows, len(parent)), dtype=int)
    for v in reversed(range(len(parent))):
        above = states[:, parent[v]] if parent[v] >= 0 else 0
        states[:, v] = rng.random(rows) < table[v][above]
    return states[:, : model["features"]]


def log_tables(model):
    """ln P(v = s | parent = t) at [v, t, s]."""
    one = model["probability"]
    with np.errstate(divide="ignore"):
        return np.log(np.stack([1 - one, one], axis=2))


def sum_product(model, rows):
    parent, features = model["parent"], model["features"]
    nodes, table = len(parent), log_tables(model)
    root = nodes - 1
    evidence = np.zeros((nodes, len(rows), 2))
    with np.errstate(divide="ignore"):
        for v in range(features):
            evidence[v] = np.log(np.stack([1 - rows[:, v], rows[:, v]], axis=1))
    # Up: what lies below v says about v (inside), and about its parent (message).
    inside = evidence.copy()
    message = np.zeros((nodes, len(rows), 2))
    for v in range(root):
        message[v] = np.logaddexp.reduce(table[v][None] + inside[v][:, None, :], axis=2)
        inside[parent[v]] += message[v]
    # Down: what lies elsewhere.
    outside = np.zeros((nodes, len(rows), 2))
    outside[root] = table[root, 0]
    for v in reversed(range(root)):
        others = outside[parent[v]] + evidence[parent[v]]
        for sibling in range(root):
            if parent[sibling] == parent[v] and sibling != v:
                others = others + message[sibling]
        outside[v] = np.logaddexp.reduce(table[v][None] + others[:, :, None], axis=1)
    both = inside + outside
    total = np.logaddexp.reduce(both, axis=2)
    assert np.allclose(total, total[root], rtol=1e-12, atol=1e-11)
    return np.exp(both[features:, :, 1] - total[features:]).T, total[root]


def enumerate_states(model, rows):
    parent, features = model["parent"], model["features"]
    latents, table = len(parent) - features, model["probability"]
    posterior, total = np.zeros((len(rows), latents)), np.zeros(len(rows))
    for states in itertools.product([0, 1], repeat=latents):
        p = np.ones(len(rows))
        for v in range(len(parent)):
            one = table[v][0 if parent[v] < 0 else states[parent[v] - features]]
            p *= np.where(rows[:, v], one, 1 - one) if v < features else (one if states[v - features] else 1 - one)
        total += p
        posterior += p[:, None] * np.array(states)
    return posterior / total[:, None], np.log(total)


def conditional_information(v, z, w):
    cells = np.einsum("ra,rb,rc->abc", *(np.stack([1 - x, x], axis=1) for x in (v, z, w))) / len(v)
    product = cells.sum(axis=1, keepdims=True) * cells.sum(axis=0, keepdims=True)
    ratio = cells * cells.sum(axis=(0, 1), keepdims=True) / np.where(product > 0, product, 1)
    return float(np.sum(cells * np.log(np.where(cells > 0, ratio, 1))))


def informations(model, rows, posterior):
    """[v, z, I(v; z | parent(v))] for v below the top and z on any higher level, z not being v's parent."""
    soft = np.hstack([rows, posterior])
    parent = model["parent"]
    ends = np.cumsum([model["features"], *model["levels"]])
    out = []
    for v in range(ends[-2]):
        above = ends[np.searchsorted(ends, v, side="right")]
        for z in range(above, ends[-1]):
            if z != parent[v]:
                out.append([v, z, conditional_information(soft[:, v], soft[:, z], soft[:, parent[v]])])
    return out


def case(name, model, rows, pairs=True, listed=True):
    posterior, total = sum_product(model, rows)
    if listed:
        p, t = enumerate_states(model, rows)
        assert np.allclose(p, posterior, rtol=0, atol=1e-12) and np.allclose(t, total, rtol=1e-12, atol=1e-12)
    digits = lambda x: float(f"{x:.13g}")
    out = {
        "name": name,
        "features": model["features"],
        "levels": model["levels"],
        "parent": model["parent"],
        "probability": model["probability"].ravel().tolist(),
        "rows": ["".join(map(str, row)) for row in rows],
        "posteriors": [[digits(x) for x in row] for row in posterior],
        "logLikelihood": [digits(x) for x in total],
    }
    if pairs:
        out["information"] = [[v, z, digits(x)] for v, z, x in informations(model, rows, posterior)]
    return out


def with_ends(rows):
    """Adds a row of nothing and a row of everything."""
    return np.vstack([rows, np.zeros_like(rows[:1]), np.ones_like(rows[:1])])


cases = []
model = tree(5, [1], 0.05, 0.95)
cases.append(case("one latent", model, with_ends(draw(model, 12))))
model = tree(1, [1], 0.1, 0.9)
cases.append(case("one feature", model, np.array([[0], [1]])))
model = tree(13, [4], 0.05, 0.95)
cases.append(case("one level", model, with_ends(draw(model, 20))))
model = tree(24, [8, 4, 2], 0.05, 0.95)
cases.append(case("three levels", model, with_ends(draw(model, 30))))
model = tree(14, [6, 3, 3], 0.01, 0.99)
# Tables with 0 and 1: some states are ruled out, no row is.
model["probability"][0] = [0, 0.7]
model["probability"][15] = [0.3, 1]
cases.append(case("zeros and ones", model, draw(model, 20)))
model = tree(70, [18, 6, 3], 0.02, 0.98)
cases.append(case("beyond enumeration", model, with_ends(draw(model, 25)), listed=False, pairs=False))
# P(row) is far below the least double: about 2^-1400.
model = tree(1600, [3], 0.2, 0.8)
cases.append(case("long rows", model, draw(model, 3), listed=False, pairs=False))
path = pathlib.Path(__file__).parent / "latent.json"
path.write_text(json.dumps(cases, separators=(",", ":")) + "\n")
