"""Numbers that Python and test/support/golden-gaternet.ts make alike, so that inputs need not be stored; and the form outputs are stored in."""

import base64

import numpy as np


def key(text):
    """FNV-1a, 32 bits, of ASCII text."""
    h = 0x811C9DC5
    for byte in text.encode("ascii"):
        h = ((h ^ byte) * 0x01000193) & 0xFFFFFFFF
    return h


def words(text, length):
    """The first outputs of mulberry32 seeded with key(text): its state is a counter."""
    with np.errstate(over="ignore"):
        counter = np.arange(1, length + 1, dtype=np.uint32) * np.uint32(0x6D2B79F5)
        t = counter + np.uint32(key(text))
        t = (t ^ (t >> np.uint32(15))) * (t | np.uint32(1))
        t ^= t + (t ^ (t >> np.uint32(7))) * (t | np.uint32(61))
        return t ^ (t >> np.uint32(14))


def uniform(text, *shape):
    """Multiples of 2^-23 in [-1, 1)."""
    return ((words(text, int(np.prod(shape))) >> np.uint32(8)) / 2.0**23 - 1).reshape(shape)


def normal(text, *shape):
    """About N(0, 1): twelve uniforms of [0, 1) less 6, as single precision."""
    sums = (words(text, 12 * int(np.prod(shape))) >> np.uint32(8)).astype(np.float64).reshape(-1, 12).sum(1)
    return single(sums / 2.0**24 - 6).reshape(shape)


def single(x):
    """Rounds to single precision and goes on in double."""
    return np.asarray(x, dtype=np.float64).astype(np.float32).astype(np.float64)


def encode(values):
    return base64.b64encode(np.asarray(values, dtype="<f4").tobytes()).decode()


def sample(text, values, whole, picked):
    """A tensor: all of it up to `whole` numbers, beyond that `picked` of them at places that `text` draws. For the rest stand
    the inner product with uniform(text), the length and the largest number."""
    v = np.asarray(values, dtype=np.float64)
    flat = v.ravel()
    stored = {"shape": list(v.shape)}
    if flat.size <= whole:
        return stored | {"values": encode(flat)}
    sums = {"projection": flat @ uniform(text, flat.size), "norm": np.sqrt(flat @ flat), "largest": np.abs(flat).max()}
    places = words(text + "/places", picked) % flat.size
    return stored | {"values": encode(flat[places])} | {name: float(f"{x:.8g}") for name, x in sums.items()}
