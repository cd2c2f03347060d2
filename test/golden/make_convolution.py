"""Writes convolution.json: convolutions without bias by PyTorch in double precision, forward, dX and dW, over inputs from draws.py.

Run: /usr/bin/python3 test/golden/make_convolution.py
"""

import json
import pathlib

import torch

from draws import sample, uniform

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
WHOLE, PICKED = 96, 48


def run(batch, channels, filters, height, width, kernel, stride, padding):
    name = f"{batch}x{channels}x{height}x{width} to {filters}, {kernel}x{kernel}, stride {stride}, padding {padding}"
    x = torch.tensor(uniform(f"{name}/x", batch, channels, height, width), requires_grad=True)
    w = torch.tensor(uniform(f"{name}/w", filters, channels, kernel, kernel), requires_grad=True)
    y = torch.nn.functional.conv2d(x, w, stride=stride, padding=padding)
    dy = torch.tensor(uniform(f"{name}/dy", *y.shape))
    dx, dw = torch.autograd.grad(y, (x, w), dy)
    keep = lambda what, v: sample(f"{name}/{what}", v.detach().numpy(), WHOLE, PICKED)
    sizes = {"batch": batch, "channels": channels, "filters": filters, "height": height, "width": width}
    sizes |= {"kernel": kernel, "stride": stride, "padding": padding}
    return {"name": name, **sizes, "y": keep("y", y), "dx": keep("dx", dx), "dw": keep("dw", dw)}


cases = []
# Every kernel, stride and padding, each on a size and with channels that the next one does not have.
sizes = [(7, 9), (5, 5), (9, 4), (6, 11), (8, 3)]
channels = [(1, 3), (3, 16), (5, 1), (16, 5), (17, 17), (3, 5), (5, 17)]
for kernel in (1, 2, 3, 5):
    for stride in (1, 2, 3):
        for padding in (0, 1, 2):
            if (kernel, stride, padding) == (3, 1, 1):
                continue
            i = len(cases)
            height, width = sizes[i % len(sizes)]
            if min(height, width) + 2 * padding < kernel:
                height, width = sizes[0]
            cases.append(run(1 + i % 3, *channels[i % len(channels)], height, width, kernel, stride, padding))
# Planes of one pixel, one row, one column, and as large as the kernel.
for sizes in [
    (2, 3, 5, 1, 1, 1, 1, 0),
    (2, 16, 17, 1, 1, 3, 1, 1),
    (3, 5, 3, 1, 1, 3, 2, 1),
    (1, 17, 1, 1, 1, 5, 1, 2),
    (2, 1, 1, 1, 1, 2, 3, 1),
    (2, 3, 5, 1, 7, 3, 1, 1),
    (2, 5, 3, 9, 1, 3, 2, 1),
    (1, 3, 4, 3, 3, 3, 1, 0),
    (1, 4, 3, 2, 2, 2, 2, 0),
    (2, 1, 5, 5, 5, 5, 3, 0),
    (2, 6, 12, 6, 6, 1, 2, 0),
    (1, 16, 32, 8, 8, 3, 2, 1),
]:
    cases.append(run(*sizes))
# 3x3, stride 1, padding 1: the one with a fast algorithm, at tiles that end inside, on and beyond the plane.
for s, (height, width) in enumerate([(4, 4), (5, 6), (7, 7), (8, 8), (13, 12)]):
    for count in (1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 19, 20)[s % 2 :: 2]:
        cases.append(run(1 + (s + count) % 3, count, (count * 7 + s) % 20 + 1, height, width, 3, 1, 1))

path = pathlib.Path(__file__).parent / "convolution.json"
path.write_text(json.dumps({"whole": WHOLE, "picked": PICKED, "cases": cases}, separators=(",", ":")) + "\n")
print(len(cases), "cases,", path.stat().st_size, "bytes")
