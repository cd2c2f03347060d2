/**
 * What Python runs, for PyTorch or SciPy: a request a line on standard input, JSON, the arrays that it names after it as bytes; each answered by a line, JSON, and the bytes that it
 * counts. A task is set once, and warmed; a run repeats it until about the milliseconds asked for have passed, and answers with those of one.
 */
export const PYTHON = String.raw`
import json, sys
from time import perf_counter, process_time
import numpy as np

which = sys.argv[1]
read, write = sys.stdin.buffer, sys.stdout.buffer


def answer(found, data=b""):
    write.write(json.dumps({**found, "bytes": len(data)}).encode() + b"\n" + data)
    write.flush()


def pytorch():
    import torch
    from torch.nn import functional as F

    aten = torch.ops.aten
    torch.set_num_threads(1)
    on = torch.from_numpy

    def product(g):
        a, b = on(g.a).view(g.m, g.k), on(g.b).view(g.k, g.n)
        return lambda: a @ b

    def convolution(g, what):
        x = on(g.x).view(g.batch, g.channels, g.size, g.size)
        w = on(g.weight).view(g.filters, g.channels, g.kernel, g.kernel)
        dy = on(g.dy).view(g.batch, g.filters, g.out, g.out)
        if what == "forward":
            return lambda: F.conv2d(x, w, stride=g.stride, padding=g.padding)
        mask = [what == "dX", what == "dW", False]
        two = lambda n: [n, n]
        return lambda: aten.convolution_backward(
            dy, x, w, None, two(g.stride), two(g.padding), [1, 1], False, [0, 0], 1, mask
        )[mask.index(True)]

    def sparse(g, what):
        x, dy = on(g.x).view(g.batch, g.inputs), on(g.dy).view(g.batch, g.units)
        unit, index = np.repeat(np.arange(g.units), np.diff(g.start)), g.index
        w = torch.zeros(g.units, g.inputs)
        w[unit, index] = on(g.weight)
        if what == "forward":
            return lambda: x @ w.T
        if what == "dX":
            return lambda: dy @ w
        return lambda: dy.T @ x, lambda found: found[unit, index]

    def counts(g):
        x = torch.zeros(g.rows, g.columns)
        x[np.repeat(np.arange(g.rows), np.diff(g.start)), g.index] = 1
        return x

    def pairs(g):
        x = counts(g)
        return lambda: x.T @ x, lambda found: upper(found.numpy())

    def information(g):
        x = counts(g)

        def run():
            both = (x.T @ x).double()
            ones = both.diagonal()
            t = lambda k: torch.xlogy(k, k)
            a, b, n = ones[:, None], ones[None, :], float(g.rows)
            own = t(ones) + t(n - ones)
            cells = t(both) + t(a - both) + t(b - both) + t(n - a - b + both)
            return (cells - own[:, None] - own[None, :] + n * np.log(n)) / n

        return run, lambda found: upper(found.numpy())

    def dense(g, train):
        x, labels = on(g.x).view(g.rows, -1), on(g.labels).long()
        start, kept, at = [], [], 0
        for inputs, units, stored in g.layers:
            w = torch.zeros(units, inputs)
            mask = None
            if stored < 0:
                w = on(g.weights[at : at + units * inputs]).view(units, inputs)
                at += units * inputs
            else:
                l = len(start)
                cells = np.repeat(np.arange(units), np.diff(g[f"start{l}"])), g[f"index{l}"]
                w[cells], mask = on(g.weights[at : at + stored]), torch.zeros(units, inputs)
                mask[cells] = 1
                at += stored
                kept.append((l, cells))
            start.append((w, on(g.weights[at : at + units]), mask))
            at += units
        made = [(w.clone().requires_grad_(train), b.clone().requires_grad_(train), m) for w, b, m in start]
        flat = [p for w, b, _ in made for p in (w, b)]

        def forward(y):
            for l, (w, b, m) in enumerate(made):
                y = F.linear(y, w if m is None else w * m, b)
                y = F.relu(y) if l + 1 < len(made) else y
            return y

        batches = range(0, g.rows, g.batch)
        if not train:
            return lambda: torch.cat([forward(x[f : f + g.batch]) for f in batches])

        def run():
            with torch.no_grad():
                for (w, b, _), (w0, b0, _) in zip(made, start):
                    w.copy_(w0)
                    b.copy_(b0)
            for f in batches:
                loss = F.cross_entropy(forward(x[f : f + g.batch]), labels[f : f + g.batch])
                gradients = torch.autograd.grad(loss, flat)
                with torch.no_grad():
                    torch._foreach_add_(flat, gradients, alpha=-g.rate)
            return flat[0].detach()

        return run, lambda w: w[kept[0][1]] if kept and kept[0][0] == 0 else w

    def images(g, train):
        x, labels = on(g.images).view(g.batch, g.channels, g.size, g.size), on(g.labels).long()
        at, nodes, flat = 0, [], []

        def take(*shape):
            nonlocal at
            length = int(np.prod(shape))
            made = on(g.weights[at : at + length]).view(*shape).clone().requires_grad_(train)
            at += length
            flat.append(made)
            return made

        for node in g.nodes:
            f, c, k = node["filters"], node["channels"], node["kernel"]
            nodes.append((node, take(f, c, k, k), take(f), take(f), torch.zeros(f), torch.ones(f)))
        weight, bias = take(g.classes, nodes[-1][0]["filters"]), take(g.classes)

        def forward():
            made = []
            of = lambda at: x if at < 0 else made[at]
            for node, w, gain, shift, mean, var in nodes:
                y = F.conv2d(of(node["input"]), w, stride=node["stride"], padding=node["padding"])
                y = F.batch_norm(y, None if train else mean, None if train else var, gain, shift, train, 0.1, 1e-5)
                if node["shortcut"] is not None:
                    y = y + of(node["shortcut"])
                made.append(F.relu(y) if node["relu"] else y)
            return F.linear(made[-1].mean((2, 3)), weight, bias)

        if not train:
            return forward

        def run():
            loss = F.cross_entropy(forward(), labels[: g.batch])
            return loss.detach(), torch.autograd.grad(loss, flat)[0]

        return run, lambda found: np.append(found[0].numpy(), found[1].numpy().ravel())

    tasks = {"product": product, "pair counts": pairs, "information": information}
    for what in ("forward", "dX", "dW"):
        tasks[f"conv {what}"] = lambda g, what=what: convolution(g, what)
        tasks[f"sparse {what}"] = lambda g, what=what: sparse(g, what)
    for name, train in (("inference", False), ("epoch", True)):
        tasks[f"net {name}"] = lambda g, train=train: dense(g, train)
    for name, train in (("inference", False), ("step", True)):
        tasks[f"images {name}"] = lambda g, train=train: images(g, train)

    def graded(name, run):
        if name in ("net epoch", "images step"):
            return run

        def without():
            with torch.no_grad():
                return run()

        return without

    return torch.__version__, tasks, graded


def scipy():
    import scipy
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import minimum_spanning_tree
    from scipy.special import xlogy

    def ones(g):
        return csr_matrix((np.ones(len(g.index), np.float32), g.index, g.start), (g.rows, g.columns))

    def sparse(g, what):
        w = csr_matrix((g.weight, g.index, g.start), (g.units, g.inputs))
        if what == "forward":
            x = np.ascontiguousarray(g.x.reshape(g.batch, g.inputs).T)
            return lambda: w @ x, lambda found: found.T
        dy = np.ascontiguousarray(g.dy.reshape(g.batch, g.units).T)
        turned = w.T.tocsr()
        return lambda: turned @ dy, lambda found: found.T

    def pairs(g):
        x = ones(g)
        turned = x.T.tocsr()
        return lambda: (turned @ x).toarray(), upper

    def square(x, turned, n):
        both = (turned @ x).toarray().astype(np.float64)
        t = lambda k: xlogy(k, k)
        one = both.diagonal()
        a, b, own = one[:, None], one[None, :], t(one) + t(n - one)
        cells = t(both) + t(a - both) + t(b - both) + t(n - a - b + both)
        return (cells - own[:, None] - own[None, :] + n * np.log(n)) / n

    def information(g):
        x = ones(g)
        turned = x.T.tocsr()
        return lambda: square(x, turned, g.rows), upper

    def tree(g):
        x = ones(g)
        turned = x.T.tocsr()

        # Zeros would be no edges.
        def run():
            return 1 - minimum_spanning_tree(1 - square(x, turned, g.rows)).data

        return run, lambda found: np.array([found.sum()])

    tasks = {"pair counts": pairs, "information": information, "tree": tree}
    for what in ("forward", "dX"):
        tasks[f"sparse {what}"] = lambda g, what=what: sparse(g, what)
    return scipy.__version__, tasks, lambda name, run: run


def upper(found):
    return found[np.triu_indices(len(found), 1)]


class Given(dict):
    __getattr__ = dict.__getitem__


version, tasks, graded = pytorch() if which == "torch" else scipy()
answer({"version": version, "does": list(tasks)})
lanes = {}
for line in read:
    try:
        asked = json.loads(line)
        name = asked["lane"]
        if asked["do"] == "set":
            given = Given(asked["sizes"])
            for key, kind, length in asked["arrays"]:
                kind = np.dtype(kind)
                given[key] = np.frombuffer(bytearray(read.read(length * kind.itemsize)), kind)
            made = tasks[asked["operation"]](given)
            run, after = made if isinstance(made, tuple) else (made, lambda found: found)
            lanes[name] = {"run": graded(asked["operation"], run), "after": after, "calls": 1}
            answer({})
        elif asked["do"] == "run":
            lane = lanes[name]
            run, calls = lane["run"], lane["calls"]
            began, busy = perf_counter(), process_time()
            for _ in range(calls):
                found = run()
            took = perf_counter() - began
            threads = (process_time() - busy) / took
            lane["found"] = found
            lane["calls"] = max(1, round(asked["ms"] / 1000 * calls / max(took, 1e-9)))
            answer({"ms": took * 1000 / calls, "threads": threads if took > 0.01 else 1})
        elif asked["do"] == "result":
            found = np.asarray(lanes[name]["after"](lanes[name]["found"]), dtype=np.float64)
            answer({}, np.ascontiguousarray(found).tobytes())
        else:
            del lanes[name]
            answer({})
    except Exception as error:
        answer({"error": f"{type(error).__name__}: {error}"})
`;
