"""The tree of data in parts, on Dask: python3 dask_counts.py SCHEDULER OUT PART...

OUT and the parts lie where all workers see them. What is in OUT is not made again: run it again after a failure.
"""

import subprocess
import sys
from pathlib import Path

from dask.distributed import Client


def make(out, command, inputs, *options):
    """Makes a file by a command, unless it is there. Inputs may be futures: files that others make first."""
    if not Path(out).exists():
        subprocess.run(["espalier", command, *inputs, *options, "--out", out], check=True)
    return out


def main(scheduler, out, *parts):
    out = Path(out).resolve()
    parts = [str(Path(part).resolve()) for part in parts]
    for name in ("surveys", "counts"):
        (out / name).mkdir(parents=True, exist_ok=True)

    with Client(scheduler) as client:

        def submit(name, *args):
            return client.submit(make, str(out / name), *args, retries=2, pure=False)

        surveys = [submit(f"surveys/{i}", "survey", [part]) for i, part in enumerate(parts, 1)]
        survey = submit("all.survey", "merge", surveys)
        counts = [submit(f"counts/{i}", "count", [part], "--survey", survey) for i, part in enumerate(parts, 1)]
        all_counts = submit("all.counts", "merge", counts)
        print(submit("tree.json", "tree", [], "--counts", all_counts).result())


if __name__ == "__main__":
    main(*sys.argv[1:])
