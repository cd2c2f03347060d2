"""Writes small.safetensors and unpadded.safetensors: NumPy arrays laid out by hand after the format's description
(https://github.com/huggingface/safetensors#format), in the reference implementation's order: widest type first, then name.

Run: python3 test/golden/make_safetensors.py
"""

import json
import pathlib
import struct

import numpy as np

HERE = pathlib.Path(__file__).parent

# In the order in which they are written.
TENSORS = [
    ("u64", "U64", np.array([0, 2**64 - 1], "<u8")),
    ("i64", "I64", np.array([[-(2**63)], [2**63 - 1]], "<i8")),
    ("f64", "F64", np.array([0.1, -1e300, 5e-324], "<f8")),
    ("__proto__", "F32", np.array([7.5], "<f4")),
    ("layer.0.weight", "F32", (np.arange(6, dtype="<f4") / 4 - 0.5).reshape(2, 3)),
    ("scalar", "F32", np.array(0.1, "<f4")),
    # U+FF5E sorts before U+1F333 as UTF-8, and after it as UTF-16.
    ("\uff5e", "F32", np.zeros((0, 3), "<f4")),
    ("\U0001f333", "F32", np.array([-0.0, np.inf], "<f4")),
    ("u32", "U32", np.array([2**32 - 1], "<u4")),
    ("i32", "I32", np.array([-(2**31)], "<i4")),
    ("u16", "U16", np.array([65535], "<u2")),
    ("i16", "I16", np.array([-32768, 1, 2], "<i2")),
    ("i8", "I8", np.array([-128, 127], "i1")),
    ("u8 \"quoted\"\n", "U8", np.array([0, 255, 3], "u1")),
]
METADATA = {"a": "π", "format": "pt"}


def write(path, tensors, metadata, pad):
    header, data = {}, b""
    if metadata:
        header["__metadata__"] = metadata
    for name, dtype, array in tensors:
        raw = array.tobytes()
        header[name] = {"dtype": dtype, "shape": list(array.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8 if pad else 0)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)
    return len(text)


write(HERE / "small.safetensors", TENSORS, METADATA, pad=True)

# What other writers may do: no padding, so that nothing is aligned; any order of names; booleans.
length = write(
    HERE / "unpadded.safetensors",
    [("flags", "BOOL", np.array([True, False, True])), ("b", "F64", np.array([1.5, -2.5], "<f8")), ("a", "I16", np.array([-7], "<i2"))],
    {},
    pad=False,
)
assert (8 + length + 3) % 8 != 0
