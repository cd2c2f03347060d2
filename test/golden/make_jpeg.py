"""Writes jpeg.json: small JPEG files and the pixels that libjpeg (by way of Pillow) decodes of them, [row][column][channel].

Run: python3 test/golden/make_jpeg.py, with Pillow
"""

import base64
import io
import json
import pathlib

import numpy as np
from PIL import Image

y, x = np.mgrid[0:19, 0:27]
colour = np.stack([x * 9, 255 - y * 12, (x + y) * 5], -1).astype(np.uint8)
grey = ((np.sin(x / 4) + np.cos(y / 3) + 2) * 60).astype(np.uint8)
KINDS = {
    "grey": (grey, dict(quality=92)),
    "grey, progressive": (grey, dict(quality=92, progressive=True)),
    "colour, whole chroma": (colour, dict(quality=92, subsampling=0)),
    "colour, half chroma": (colour, dict(quality=92, subsampling=2)),
    "colour, progressive": (colour, dict(quality=92, subsampling=0, progressive=True)),
    "colour, with restarts": (colour, dict(quality=85, subsampling=0, restart_marker_blocks=2)),
}
cases = {}
for name, (pixels, options) in KINDS.items():
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", **options)
    decoded = np.asarray(Image.open(io.BytesIO(out.getvalue())))
    cases[name] = {
        "jpeg": base64.b64encode(out.getvalue()).decode(),
        "shape": list(decoded.shape),
        "pixels": base64.b64encode(decoded.tobytes()).decode(),
    }
path = pathlib.Path(__file__).parent / "jpeg.json"
path.write_text(json.dumps(cases, indent=1) + "\n")
