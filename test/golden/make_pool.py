"""Writes pool.json: maximum and average pooling and their gradients by PyTorch in double precision.

Run: /usr/bin/python3 test/golden/make_pool.py
"""

import json
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
rng = np.random.default_rng(31)


def grid(*shape):
    """Multiples of 1/8, so that equal numbers meet in a window: exact in single precision, short in JSON."""
    return torch.tensor(np.round(rng.uniform(-1, 1, shape) * 8) / 8)


def case(h, w, kernel, stride, pad):
    x = grid(1, 2, h, w).requires_grad_()
    y, index = F.max_pool2d(x, kernel, stride, pad, return_indices=True)
    mean = F.avg_pool2d(x, kernel, stride, pad)
    dy = grid(*y.shape)
    shape = {"planes": 2, "h": h, "w": w, "oh": y.shape[2], "ow": y.shape[3], "kernel": kernel, "stride": stride, "pad": pad}
    numbers = {
        "x": x,
        "dy": dy,
        "max": y,
        "index": index,
        "maxGradient": torch.autograd.grad(y, x, dy)[0],
        "average": mean,
        "averageGradient": torch.autograd.grad(mean, x, dy)[0],
    }
    return {**shape, **{name: [float(f"{v:.9g}") for v in value.flatten().tolist()] for name, value in numbers.items()}}


cases = [case(7, 11, 3, 2, 1), case(5, 8, 3, 1, 1), case(8, 9, 2, 2, 0), case(9, 10, 3, 3, 0)]
path = pathlib.Path(__file__).with_name("pool.json")
path.write_text(json.dumps(cases, separators=(",", ":")) + "\n")
