"""Writes trajectories.json: small nets with masked and full units trained by PyTorch in double precision, from given weights on given rows:
the gradients of the first step, ten losses and the weights after ten steps. The same for nets with skip-paths. And one step of denoising autoencoders
with tied weights.

Run: /usr/bin/python3 test/golden/make_trajectories.py
"""

import json
import pathlib

import numpy as np
import torch

torch.set_default_dtype(torch.float64)
rng = np.random.default_rng(11)
STEPS = 10


def grid(*shape, scale=1.0):
    """Multiples of 1/128: exact in single precision, short in JSON."""
    return np.round(rng.uniform(-scale, scale, shape) * 128) / 128


def counts(rows, columns, share):
    return np.where(rng.random((rows, columns)) < share, rng.integers(1, 4, (rows, columns)), 0)


def structure(inputs, units, dense):
    fields = [sorted(rng.choice(inputs, rng.integers(1, inputs // 2), replace=False).tolist()) for _ in range(units)]
    return {"inputs": inputs, "fields": fields, "dense": dense}


def initial(layer):
    connections = sum(len(f) for f in layer["fields"])
    return {
        "sparse": grid(connections, scale=0.7).tolist(),
        "dense": grid(layer["dense"], layer["inputs"], scale=0.5).tolist(),
        "bias": grid(len(layer["fields"]) + layer["dense"], scale=0.3).tolist(),
    }


class Units(torch.nn.Module):
    """Masked units first, then full ones, as one matrix; only what the mask lets through has a gradient."""

    def __init__(self, layer, values):
        super().__init__()
        self.fields, self.dense = layer["fields"], layer["dense"]
        self.rows = torch.tensor([u for u, f in enumerate(self.fields) for _ in f], dtype=torch.long)
        self.columns = torch.tensor([i for f in self.fields for i in f], dtype=torch.long)
        self.inputs = layer["inputs"]
        self.weight_sparse = torch.nn.Parameter(torch.tensor(values["sparse"]))
        self.weight_dense = torch.nn.Parameter(torch.tensor(values["dense"]).reshape(self.dense, self.inputs))
        self.bias = torch.nn.Parameter(torch.tensor(values["bias"]))

    def matrix(self):
        top = torch.zeros(len(self.fields), self.inputs).index_put((self.rows, self.columns), self.weight_sparse)
        return torch.cat([top, self.weight_dense])

    def forward(self, x):
        return x @ self.matrix().T + self.bias

    def read(self, what):
        get = (lambda p: p.grad if p.grad is not None else torch.zeros_like(p)) if what == "grad" else (lambda p: p.detach())
        return {
            "sparse": digits(get(self.weight_sparse)),
            "dense": digits(get(self.weight_dense)),
            "bias": digits(get(self.bias)),
        }


class Path(torch.nn.Module):
    """Full ReLU units from the features (level 0) or a hidden layer to the output, past what lies between."""

    def __init__(self, level, values):
        super().__init__()
        self.level = level
        self.parts = torch.nn.ParameterDict({k: torch.nn.Parameter(torch.tensor(v)) for k, v in values.items()})

    def forward(self, levels):
        hidden = torch.relu(levels[self.level] @ self.parts["weight"].T + self.parts["bias"])
        return hidden @ self.parts["output"].T

    def read(self, what):
        return {k: digits(p.grad if what == "grad" else p.detach()) for k, p in self.parts.items()}


def path_values(inputs, units, outputs):
    return {
        "weight": grid(units, inputs, scale=0.5).tolist(),
        "bias": grid(units, scale=0.3).tolist(),
        "output": grid(outputs, units, scale=0.5).tolist(),
    }


def digits(x):
    return [float(f"{v:.8g}") for v in np.asarray(x).ravel()]


def softmax(y, t):
    return torch.nn.functional.cross_entropy(y, torch.tensor(t))


def sigmoid(y, t):
    t = torch.tensor(t, dtype=torch.float64).reshape(y.shape)
    each = torch.nn.functional.binary_cross_entropy_with_logits(y, t.clamp(min=0), reduction="none")
    return each[t >= 0].mean()


def squared(y, t):
    return ((y - torch.tensor(t, dtype=torch.float64).reshape(y.shape)) ** 2).sum(1).mean()


def train(name, layers, x, target, loss, optimizer, options, make, skips=()):
    values = [initial(layer) for layer in layers]
    net = [Units(layer, v) for layer, v in zip(layers, values)]
    skips = [{**s, "values": path_values(layers[s["from"]]["inputs"], s["units"], target["outputs"])} for s in skips]
    paths = [Path(s["from"], s["values"]) for s in skips]
    opt = make([p for part in [*net, *paths] for p in part.parameters()])
    case = {"name": name, "layers": layers, "initial": values, "rows": x.tolist(), "target": target}
    case |= {"optimizer": optimizer, **options, "losses": []}
    for step in range(STEPS):
        levels = [torch.tensor(x, dtype=torch.float64)]
        for units in net[:-1]:
            levels.append(torch.relu(units(levels[-1])))
        error = loss(net[-1](levels[-1]) + sum(path(levels) for path in paths), target["values"])
        opt.zero_grad()
        error.backward()
        if step == 0:
            case["gradients"] = [units.read("grad") for units in net]
            for s, path in zip(skips, paths):
                s["gradients"] = path.read("grad")
        case["losses"].append(float(error))
        opt.step()
    case["final"] = [units.read("value") for units in net]
    for s, path in zip(skips, paths):
        s["final"] = path.read("value")
    return case | ({"skips": skips} if skips else {})


def autoencoder(name, layer, x):
    values = initial(layer)
    visible = grid(layer["inputs"], scale=0.2)
    units, bias = Units(layer, values), torch.nn.Parameter(torch.tensor(visible))
    data = torch.tensor(x, dtype=torch.float64)
    hidden = torch.relu(units(data))
    error = ((hidden @ units.matrix() + bias - data) ** 2).sum(1).mean()
    error.backward()
    case = {"name": name, "layer": layer, "initial": values, "visible": visible.tolist(), "rows": x.tolist()}
    return case | {"loss": float(error), "gradients": units.read("grad"), "visibleGradient": digits(bias.grad)}


def classes(rows, n):
    return {"kind": "classes", "outputs": n, "values": rng.integers(0, n, rows).tolist()}


ROWS, INPUTS = 40, 12
x = counts(ROWS, INPUTS, 0.4)
trf = lambda outputs: [structure(INPUTS, 7, 3), structure(10, 5, 2), structure(7, 0, outputs)]
full = lambda outputs: [structure(INPUTS, 0, 9), structure(9, 0, outputs)]
tasks = {"kind": "tasks", "outputs": 4, "values": rng.choice([-1, 0, 1], ROWS * 4, p=[0.3, 0.4, 0.3]).tolist()}
values = {"kind": "values", "outputs": 2, "values": grid(ROWS * 2, scale=2).tolist()}

adam = {"kind": "adam"}
nesterov = {"kind": "sgd", "momentum": 0.9, "nesterov": True, "weightDecay": 0.001}
plain = {"kind": "sgd", "momentum": 0}
heavy = {"kind": "sgd", "momentum": 0.8, "weightDecay": 0.01}
adamw = {"kind": "adam", "beta1": 0.8, "beta2": 0.99, "epsilon": 1e-6, "weightDecay": 0.05, "decoupled": True}
l2adam = {"kind": "adam", "weightDecay": 0.02}
optim = torch.optim
cases = [
    train("softmax, Adam", trf(3), x, classes(ROWS, 3), softmax, adam, {"learningRate": 0.01},
          lambda p: optim.Adam(p, lr=0.01)),
    train("sigmoid with missing labels, Nesterov and decay", trf(4), x, tasks, sigmoid, nesterov, {"learningRate": 0.05},
          lambda p: optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True, weight_decay=0.001)),
    train("squared error, plain SGD", trf(2), x, values, squared, plain, {"learningRate": 0.01},
          lambda p: optim.SGD(p, lr=0.01)),
    train("softmax, AdamW", trf(3), x, classes(ROWS, 3), softmax, adamw, {"learningRate": 0.01},
          lambda p: optim.AdamW(p, lr=0.01, betas=(0.8, 0.99), eps=1e-6, weight_decay=0.05)),
    train("dense net, softmax, momentum and decay", full(5), x, classes(ROWS, 5), softmax, heavy, {"learningRate": 0.05},
          lambda p: optim.SGD(p, lr=0.05, momentum=0.8, weight_decay=0.01)),
    train("dense net, sigmoid, Adam with decay", full(4), x, tasks, sigmoid, l2adam, {"learningRate": 0.01},
          lambda p: optim.Adam(p, lr=0.01, weight_decay=0.02)),
]
wide = counts(37, 40, 0.25)
coders = [
    autoencoder("sparse and dense units", structure(40, 9, 5), wide),
    autoencoder("sparse units only", structure(40, 6, 0), wide),
]
sparse = lambda outputs: [structure(INPUTS, 8, 0), structure(8, 6, 0), structure(6, 0, outputs)]
skip = lambda *ends: [{"from": level, "units": units} for level, units in ends]
cases += [
    train("skip-paths from the features and h1, softmax, Adam", sparse(3), x, classes(ROWS, 3), softmax, adam,
          {"learningRate": 0.01}, lambda p: optim.Adam(p, lr=0.01), skip((0, 5), (1, 9))),
    train("skip-paths from every level, sigmoid, Nesterov and decay", sparse(4), x, tasks, sigmoid, nesterov,
          {"learningRate": 0.05}, lambda p: optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True, weight_decay=0.001),
          skip((2, 4), (0, 7), (1, 1))),
    train("two skip-paths from the top of a mixed net, squared error, plain SGD", trf(2), x, values, squared, plain,
          {"learningRate": 0.01}, lambda p: optim.SGD(p, lr=0.01), skip((2, 3), (2, 6))),
    train("no hidden layer but a skip-path, softmax, AdamW", [structure(INPUTS, 0, 3)], x, classes(ROWS, 3), softmax, adamw,
          {"learningRate": 0.01}, lambda p: optim.AdamW(p, lr=0.01, betas=(0.8, 0.99), eps=1e-6, weight_decay=0.05),
          skip((0, 8))),
]
path = pathlib.Path(__file__).parent / "trajectories.json"
path.write_text(json.dumps({"nets": cases, "autoencoders": coders}, separators=(",", ":")) + "\n")
print(path.stat().st_size, "bytes")
