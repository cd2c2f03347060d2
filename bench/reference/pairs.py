# The total weight of a file's Chow-Liu tree, the usual ways: python3 pairs.py loop|sklearn|scipy FILE COLUMNS. For npm run bench:counts.
import sys
from collections import Counter
from itertools import combinations
from math import log


def rows_of(path):
    with open(path) as lines:
        for line in lines:
            yield [int(item.split(":")[0]) for item in line.rstrip("\n").split(",")[1:]]


def information(both, a, b, n):
    total = 0.0
    for cell, x, y in ((both, a, b), (a - both, a, n - b), (b - both, n - a, b), (n - a - b + both, n - a, n - b)):
        if cell > 0:
            total += cell / n * log(cell * n / (x * y))
    return max(0.0, total)


def tree_of(columns, weight):
    """Prim's algorithm; weight(v) gives the information of v with all."""
    best, left, total, v = [-1.0] * columns, set(range(1, columns)), 0.0, 0
    while left:
        row = weight(v)
        for u in left:
            if row[u] > best[u]:
                best[u] = row[u]
        v = max(left, key=best.__getitem__)
        left.remove(v)
        total += best[v]
    return total


def loop(path, columns):
    ones, pairs, n = Counter(), Counter(), 0
    for row in rows_of(path):
        n += 1
        ones.update(row)
        pairs.update(combinations(row, 2))
    return tree_of(columns, lambda v: [information(pairs[min(u, v), max(u, v)], ones[u], ones[v], n) for u in range(columns)])


def matrix(path, columns):
    import numpy as np
    from scipy.sparse import csr_matrix

    start, index = [0], []
    for row in rows_of(path):
        index += row
        start.append(len(index))
    return csr_matrix((np.ones(len(index), dtype=np.float32), index, start), shape=(len(start) - 1, columns))


def sklearn(path, columns):
    from sklearn.metrics import mutual_info_score

    dense = matrix(path, columns).toarray().astype("int8").T.copy()
    return tree_of(columns, lambda v: [mutual_info_score(dense[v], dense[u]) for u in range(columns)])


def scipy(path, columns):
    import numpy as np
    from scipy.sparse.csgraph import minimum_spanning_tree

    x = matrix(path, columns)
    n = x.shape[0]
    both = (x.T @ x).toarray().astype(np.float64)
    ones = both.diagonal().copy()
    a, b = ones[:, None], ones[None, :]
    weight = np.zeros_like(both)
    for cell, x, y in ((both, a, b), (a - both, a, n - b), (b - both, n - a, b), (n - a - b + both, n - a, n - b)):
        with np.errstate(divide="ignore", invalid="ignore"):
            weight += np.where(cell > 0, cell / n * np.log(cell * n / (x * y)), 0)
    # An edge of weight 0 would be none.
    return (1e-9 * (columns - 1)) - minimum_spanning_tree(-(np.maximum(weight, 0) + 1e-9)).sum() - 2e-9 * (columns - 1)


print({"loop": loop, "sklearn": sklearn, "scipy": scipy}[sys.argv[1]](sys.argv[2], int(sys.argv[3])))
