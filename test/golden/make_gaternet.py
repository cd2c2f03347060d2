"""Writes gaternet.json: gated ResNets by PyTorch in double precision, over weights, images, noise and coins from draws.py.

trained: small nets, ten steps of training each, for both placements of the gates, without and with batch norm in the gater.
published: a net of the names and sizes of google-research/gaternet (ResNet-20 and its gater), evaluated; and the names of ResNet-56.

Run: /usr/bin/python3 test/golden/make_gaternet.py [search]   (search: looks for seeds with wide margins, writes nothing)
"""

import base64
import json
import math
import pathlib
import sys

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from draws import encode, normal, sample, single, uniform, words

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)

WHOLE, PICKED = 150, 90
STEPS, BATCH, CLASSES, SIDE = 10, 6, 5, 12
PENALTY, RATE, MOMENTUM, DECAY = 0.1, 0.05, 0.9, 1e-4
MARGIN = 1e-4


class Block(nn.Module):
    """Two convolutions beside a shortcut. `gates` is 0 (none), 1 (after the second batch norm) or 2 (after the first ReLU too)."""

    def __init__(self, inputs, outputs, stride, gates):
        super().__init__()
        self.gates, self.outputs = gates, outputs
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn1, self.bn2 = nn.BatchNorm2d(outputs), nn.BatchNorm2d(outputs)
        self.shortcut = nn.Sequential()
        if inputs != outputs:
            self.shortcut.add_module("conv", nn.Conv2d(inputs, outputs, 1, stride, bias=False))
            self.shortcut.add_module("bn", nn.BatchNorm2d(outputs))

    def forward(self, x, gate):
        parts = gate.split(self.outputs, dim=1) if self.gates else []
        y = relu(self.bn1(self.conv1(x)))
        if self.gates == 2:
            y = y * parts[0][:, :, None, None]
        y = self.bn2(self.conv2(y))
        if self.gates:
            y = y * parts[-1][:, :, None, None]
        return relu(y + self.shortcut(x))


class Trunk(nn.Module):
    """Stem, three stages and the pool; a linear layer of the given name on top."""

    def __init__(self, depth, width, outputs, top, gates):
        super().__init__()
        self.conv, self.bn, self.top = nn.Conv2d(3, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width), top
        inputs = width
        for s in range(3):
            stage = nn.Sequential()
            for b in range((depth - 2) // 6):
                stage.add_module(f"block{b + 1}", Block(inputs, width << s, 2 if s > 0 and b == 0 else 1, gates))
                inputs = width << s
            self.add_module(f"stage{s + 1}", stage)
        self.add_module(top, nn.Linear(inputs, outputs))

    def blocks(self):
        return [block for stage in (self.stage1, self.stage2, self.stage3) for block in stage]

    def forward(self, x, gate=None):
        x = relu(self.bn(self.conv(x)))
        at = 0
        for block in self.blocks():
            count = block.gates * block.outputs
            x = block(x, gate[:, at : at + count] if count else None)
            at += count
        return getattr(self, self.top)(x.mean((2, 3)))


class Gater(nn.Module):
    """From images to the numbers whose signs are the gates."""

    def __init__(self, depth, width, bottleneck, gates, norm):
        super().__init__()
        self.resnet = Trunk(depth, width, bottleneck, "newfc", 0)
        if norm:
            self.resnet.newbn = nn.BatchNorm1d(bottleneck)
        self.fnn = nn.Module()
        self.fnn.fc = nn.Sequential(nn.Linear(bottleneck, gates))

    def forward(self, x):
        y = self.resnet(x)
        if hasattr(self.resnet, "newbn"):
            y = self.resnet.newbn(y)
        return self.fnn.fc(relu(y))


class Net(nn.Module):
    def __init__(self, depth, gater_depth, width, classes, bottleneck, placement, norm):
        super().__init__()
        self.backbone = Trunk(depth, width, classes, "fc", {"block-output": 1, "every-conv": 2}[placement])
        self.gates = sum(block.gates * block.outputs for block in self.backbone.blocks())
        self.gater = Gater(gater_depth, width, bottleneck, self.gates, norm)


nearest = {"relu": math.inf, "gate": math.inf, "clamp": math.inf}


def note(kind, distance):
    distance = distance.detach().abs()
    if distance.numel():
        nearest[kind] = min(nearest[kind], float(distance.min()))


def relu(x):
    # A closed gate over a shortcut that is 0 gives exactly 0, in any precision.
    note("relu", x[x != 0])
    return F.relu(x)


def training_gates(scores, noise, coins):
    u = scores + noise
    note("clamp", u.abs() - math.log(11))
    note("gate", u[coins])
    soft = (1.2 * torch.sigmoid(u) - 0.1).clamp(0, 1)
    hard = (u > 0).to(u) - soft.detach() + soft
    return torch.where(coins[:, None], hard, soft)


def evaluate(net, images):
    net.eval()
    with torch.no_grad():
        scores = net.gater(images)
        note("gate", scores)
        gates = (scores > 0).to(scores)
        return scores, gates, net.backbone(images, gates)


def fill(net, seed):
    """The rule for weights: by the tensor's name, from uniform(seed/name)."""
    for name, tensor in net.state_dict().items():
        u = torch.tensor(uniform(f"{seed}/{name}", *tensor.shape))
        if name.endswith("num_batches_tracked"):
            value = torch.tensor(100)
        elif name.endswith("running_var"):
            value = 1 + 0.5 * u
        elif tensor.dim() > 1:
            value = math.sqrt(3 / tensor[0].numel()) * u
        elif name.endswith(".weight"):
            value = 1 + 0.25 * u
        else:
            value = 0.25 * u
        tensor.copy_(value if value.dtype == torch.int64 else torch.tensor(single(value)))


def images(text, count, side, patch):
    """A tint, patches of one tone each, and noise: what averages over a plane still tells images apart."""
    tints = 2 * uniform(f"{text}/tints", count, 3, 1, 1)
    tones = uniform(f"{text}/tones", count, 3, side // patch, side // patch)
    noise = uniform(f"{text}/noise", count, 3, side, side)
    return torch.tensor(single(tints + tones.repeat(patch, 2).repeat(patch, 3) + 0.5 * noise))


def train(placement, norm, seed, dtype=torch.float64):
    name = f"{placement}, {'with' if norm else 'without'} batch norm in the gater"
    nearest.update(relu=math.inf, gate=math.inf, clamp=math.inf)
    net = Net(8, 8, 4, CLASSES, 3, placement, norm)
    fill(net, seed)
    net.to(dtype)
    x = images(f"{seed}/images", BATCH, SIDE, 4).to(dtype)
    labels = torch.tensor((words(f"{seed}/labels", BATCH) % CLASSES).astype(np.int64))
    optimizer = torch.optim.SGD(net.parameters(), lr=RATE, momentum=MOMENTUM, nesterov=True, weight_decay=DECAY)

    case = {"name": name, "placement": placement, "batchNorm": norm, "seed": seed, "gates": net.gates}
    keep = lambda what, key, v: sample(f"{seed}/{what}/{key}", v.detach().numpy(), WHOLE, PICKED)
    evaluation = lambda: dict(zip(("scores", "gates", "logits"), (encode(v.numpy()) for v in evaluate(net, x))))
    case["initialEvaluation"] = evaluation()
    case["losses"] = []
    net.train()
    for step in range(STEPS):
        noise = torch.tensor(normal(f"{seed}/noise/{step}", BATCH, net.gates)).to(dtype)
        coins = torch.tensor(words(f"{seed}/coins/{step}", BATCH) % 2 == 1)
        gates = training_gates(net.gater(x), noise, coins)
        logits = net.backbone(x, gates)
        # No gate is negative, so their sum is their L1 norm, with gradient 1 at 0 too.
        loss = F.cross_entropy(logits, labels) + PENALTY * (gates.sum(1) / net.gates).mean()
        optimizer.zero_grad()
        loss.backward()
        case["losses"].append(float(loss))
        if step == 0:
            case["logits"], case["trainingGates"] = encode(logits.detach()), encode(gates.detach())
            case["gradients"] = {key: keep("gradients", key, p.grad) for key, p in net.named_parameters()}
            assert 0 < int(coins.sum()) < BATCH
        optimizer.step()
    state = {key: v for key, v in net.state_dict().items() if not key.endswith("num_batches_tracked")}
    case["final"] = {key: keep("final", key, v) for key, v in state.items()}
    case["finalEvaluation"] = evaluation()
    return case, dict(nearest), facts(net, x)


def facts(net, x):
    """What makes a run worth keeping: gates of both kinds, gates that depend on the image, and no gradient that is all 0."""
    scores, gates, logits = evaluate(net, x)
    return {
        "open": float(gates.mean()),
        "dependent": int((gates.std(0) > 0).sum()),
        "largest score": float(scores.abs().max()),
        "largest logit": float(logits.abs().max()),
        "without gradient": [name for name, p in net.named_parameters() if p.grad is not None and float(p.grad.abs().max()) == 0],
    }


def publish(seed):
    nearest.update(relu=math.inf, gate=math.inf, clamp=math.inf)
    net = Net(20, 20, 16, 10, 8, "block-output", False)
    fill(net, seed)
    x = images(f"{seed}/images", 4, 32, 8)
    scores, gates, logits = evaluate(net, x)
    case = {"seed": seed, "gates": net.gates, "backbone": listed(net.backbone), "gater": listed(net.gater)}
    case |= {"evaluation": {"scores": encode(scores), "gates": encode(gates), "logits": encode(logits)}}
    return case, dict(nearest), facts(net, x)


def listed(module):
    """Parameters in all, and name, shape and type of every tensor."""
    tensors = [[k, list(v.shape), "I64" if v.dtype == torch.int64 else "F32"] for k, v in module.state_dict().items()]
    return {"parameters": sum(p.numel() for p in module.parameters()), "tensors": tensors}


def errors(case, other):
    """Largest difference of two runs, by kind, as a share of the largest number of the tensor (at least 0.01)."""
    read = lambda text: np.frombuffer(base64.b64decode(text), "<f4").astype(float)
    apart = lambda a, b: np.abs(read(a) - read(b)).max() / max(np.abs(read(a)).max(), 0.01)
    found = {"losses": max(abs(a - b) / abs(a) for a, b in zip(case["losses"], other["losses"]))}
    for kind in ("gradients", "final"):
        found[kind] = max(apart(v["values"], other[kind][k]["values"]) for k, v in case[kind].items())
    for kind in ("initialEvaluation", "finalEvaluation"):
        found[kind] = apart(case[kind]["logits"], other[kind]["logits"])
        assert case[kind]["gates"] == other[kind]["gates"]
    return {f"in single precision, {k}": float(v) for k, v in found.items()}


def report(name, margins, **more):
    assert min(margins["gate"], margins["clamp"]) >= MARGIN, (name, margins)
    print(name)
    for key, value in {**{f"nearest {k}": v for k, v in margins.items()}, **more}.items():
        print(f"  {key}: {value:.2e}" if isinstance(value, float) else f"  {key}: {value}")


OPTIONS = [(placement, norm) for placement in ("block-output", "every-conv") for norm in (False, True)]
SEEDS = ["53", "28", "57", "28"]
PUBLISHED_SEED = "8"

if sys.argv[1:] == ["search"]:
    for placement, norm in OPTIONS:
        runs = [(*train(placement, norm, f"{n}")[1:], f"{n}") for n in range(60)]
        wide = [(m["relu"], f["dependent"], f["open"], seed) for m, f, seed in runs
                if min(m["gate"], m["clamp"]) >= 2 * MARGIN and not f["without gradient"]]
        print(placement, norm, sorted(wide, reverse=True)[:6])
    runs = [(*publish(f"{n}")[1:], f"{n}") for n in range(30)]
    wide = [(f["dependent"], m["gate"], m["relu"], f["open"], seed) for m, f, seed in runs if m["gate"] >= 2 * MARGIN]
    print("published", sorted(wide, reverse=True)[:6])
    sys.exit()

trained = []
for (placement, norm), seed in zip(OPTIONS, SEEDS):
    case, margins, found = train(placement, norm, seed)
    report(case["name"], margins, **errors(case, train(placement, norm, seed, torch.float32)[0]), **found)
    trained.append(case)
published, margins, found = publish(PUBLISHED_SEED)
report("published", margins, **found)
deep = Net(56, 20, 16, 10, 8, "block-output", False)
published["deep"] = {"gates": deep.gates, "backbone": listed(deep.backbone)["parameters"], "gater": listed(deep.gater)["parameters"]}
published["deep"]["backboneNames"] = list(deep.backbone.state_dict())
assert [published["backbone"]["parameters"], published["gater"]["parameters"], published["gates"]] == [272474, 275368, 336]
assert [published["deep"][k] for k in ("backbone", "gater", "gates")] == [855770, 281416, 1008]

common = {"whole": WHOLE, "picked": PICKED, "steps": STEPS, "batch": BATCH, "classes": CLASSES, "side": SIDE}
common |= {"penalty": PENALTY, "learningRate": RATE, "momentum": MOMENTUM, "weightDecay": DECAY}
path = pathlib.Path(__file__).parent / "gaternet.json"
path.write_text(json.dumps({**common, "trained": trained, "published": published}, separators=(",", ":")) + "\n")
print(path.stat().st_size, "bytes")
