"""PyTorch's side of bench/torch.ts: a task a line on standard input, its time in ms on standard output. Inputs and results are files of 32-bit floats in the folder given."""
import json
import struct
import sys
from time import perf_counter, process_time

import torch
from torch import nn
from torch.nn import functional as F

folder = sys.argv[1]
setup = json.load(open(f"{folder}/setup.json"))
torch.set_num_threads(setup["threads"])


def floats(name, *shape):
    data = bytearray(open(f"{folder}/{name}.f32", "rb").read())
    return torch.frombuffer(data, dtype=torch.float32).reshape(shape)


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn1, self.bn2 = nn.BatchNorm2d(outputs), nn.BatchNorm2d(outputs)
        self.shortcut = nn.Sequential()
        if inputs != outputs:
            self.shortcut.add_module("conv", nn.Conv2d(inputs, outputs, 1, stride, bias=False))
            self.shortcut.add_module("bn", nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        return F.relu(self.bn2(self.conv2(y)) + self.shortcut(x))


class ResNet(nn.Module):
    def __init__(self, depth, width, classes):
        super().__init__()
        self.conv, self.bn = nn.Conv2d(3, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width)
        inputs = width
        for s in range(3):
            stage = nn.Sequential()
            for b in range((depth - 2) // 6):
                stage.add_module(f"block{b + 1}", Block(inputs, width << s, 2 if s > 0 and b == 0 else 1))
                inputs = width << s
            self.add_module(f"stage{s + 1}", stage)
        self.fc = nn.Linear(inputs, classes)

    def forward(self, x):
        x = F.relu(self.bn(self.conv(x)))
        return self.fc(self.stage3(self.stage2(self.stage1(x))).mean((2, 3)))


def net():
    """The weights that Espalier saved."""
    file = open(f"{folder}/net.safetensors", "rb").read()
    (length,) = struct.unpack("<Q", file[:8])
    header = json.loads(file[8 : 8 + length])
    made = ResNet(20, 16, 10)
    state = made.state_dict()
    for name in state:
        if name.endswith("num_batches_tracked"):
            continue
        entry = header[f"backbone_state_dict.{name}"]
        first, last = (8 + length + at for at in entry["data_offsets"])
        state[name].copy_(torch.frombuffer(bytearray(file[first:last]), dtype=torch.float32).reshape(entry["shape"]))
    return made


n, batch, trained = setup["n"], setup["batch"], setup["trained"]
a, b = floats("a", n, n), floats("b", n, n)
x, w = floats("x", batch, 64, 32, 32), floats("w", 64, 64, 3, 3)
images = floats("images", trained, 3, 32, 32)
labels = torch.tensor(setup["labels"])
training, inference = net().train(), net().eval()


def product():
    return a @ b


def convolution():
    return F.conv2d(x, w, padding=1)


def train():
    training.zero_grad()
    loss = F.cross_entropy(training(images), labels, reduction="sum")
    loss.backward()
    return loss.detach()


def infer():
    return inference(images[:batch])


def run(task):
    if task is train:
        return task()
    with torch.no_grad():
        return task()


TASKS = {"product": product, "convolution": convolution, "training": train, "inference": infer}
print(json.dumps({"version": torch.__version__}), flush=True)
for line in sys.stdin:
    name, repeats, out = json.loads(line)
    began, busy = perf_counter(), process_time()
    for _ in range(repeats):
        result = run(TASKS[name])
    took = perf_counter() - began
    ms, threads = took * 1000 / repeats, (process_time() - busy) / took
    if out:
        open(f"{folder}/{name}.out", "wb").write(result.contiguous().numpy().tobytes())
    print(json.dumps({"ms": ms, "threads": threads}), flush=True)
