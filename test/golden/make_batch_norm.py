"""Writes batch_norm.json: batch normalisation with gate, shortcut and relu by PyTorch in double precision: two steps in training (outputs, gradients,
running statistics), then the output in evaluation.

Run: /usr/bin/python3 test/golden/make_batch_norm.py
"""

import json
import pathlib

import numpy as np
import torch

torch.set_default_dtype(torch.float64)
rng = np.random.default_rng(23)


def grid(*shape, scale=1.0):
    """Multiples of 1/128: exact in single precision, short in JSON."""
    return torch.tensor(np.round(rng.uniform(-scale, scale, shape) * 128) / 128)


def numbers(tensor):
    return [float(f"{v:.9g}") for v in tensor.detach().flatten().tolist()]


def case(n, c, h, w, gated, added, relu):
    norm = torch.nn.BatchNorm2d(c)
    weight, bias = grid(c) + 1, grid(c)
    norm.weight.data, norm.bias.data = weight.clone(), bias.clone()
    steps = []
    for _ in range(2):
        x = (grid(n, c, h, w, scale=2) + grid(1, c, 1, 1, scale=3)).requires_grad_()
        dy = grid(n, c, h, w)
        gate = torch.tensor(rng.choice([0.0, 0.25, 1.0], (n, c))).requires_grad_() if gated else None
        shortcut = grid(n, c, h, w).requires_grad_() if added else None
        norm.zero_grad()

        def forward():
            y = norm(x)
            y = y if gate is None else y * gate[:, :, None, None]
            y = y if shortcut is None else y + shortcut
            return torch.relu(y) if relu else y

        y = forward()
        y.backward(dy)
        step = {"x": x, "dy": dy, "y": y, "dx": x.grad, "dweight": norm.weight.grad, "dbias": norm.bias.grad}
        step |= {"runningMean": norm.running_mean, "runningVar": norm.running_var}
        if gated:
            step |= {"gate": gate, "dgate": gate.grad}
        if added:
            step |= {"shortcut": shortcut, "dshortcut": shortcut.grad}
        norm.eval()
        step["evaluated"] = forward()
        norm.train()
        steps.append({name: numbers(value) for name, value in step.items()})
    shape = {"n": n, "c": c, "hw": h * w, "relu": relu}
    return {**shape, "weight": numbers(weight), "bias": numbers(bias), "steps": steps}


cases = [
    case(3, 3, 3, 3, gated=True, added=True, relu=True),
    case(2, 3, 2, 4, gated=False, added=False, relu=True),
    case(5, 2, 1, 1, gated=True, added=False, relu=False),
]
path = pathlib.Path(__file__).with_name("batch_norm.json")
path.write_text(json.dumps(cases, separators=(",", ":")) + "\n")
