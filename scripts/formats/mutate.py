#!/usr/bin/env python3
"""Reads hostile files and mutations of ordinary ones, and fails if one takes longer or more memory than the limits.

    scripts/formats/mutate.py READER MUTATIONS FILE.. [--hostile FOLDER]

READER is the built example `read_document` of rag-text, which reads each file in a child with the server's limits (30 s, 1 GiB).
The mutations are the same on every run: each changes, removes, repeats, moves, blanks or cuts bytes at places that follow from its number.
Of a zip archive, as office files are, every other mutation changes a file inside, so that more than the archive's checksums is tried.
"""

import io
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter
from pathlib import Path

MAX_SECONDS = 32
MAX_CHILD_BYTES = 1 << 30


def mutated(content, seed):
    if seed % 2 and zipfile.is_zipfile(io.BytesIO(content)):
        return with_mutated_file(content, seed)
    choose = random.Random(seed)
    content = bytearray(content)
    for _ in range(choose.choice([1, 3, 10, 50])):
        at, other = (choose.randrange(max(1, len(content))) for _ in range(2))
        kind = choose.randrange(7)
        if kind == 0 and content:
            content[at] = choose.randrange(256)
        elif kind == 1:
            del content[at : at + choose.randrange(1, 64)]
        elif kind == 2:
            content[at:at] = content[at : at + choose.randrange(1, 256)] * choose.randrange(1, 20)
        elif kind == 3:
            content[at:at] = choose.randbytes(choose.randrange(1, 32))
        elif kind == 4:
            moved = bytes(content[at : at + choose.randrange(1, 512)])
            del content[at : at + len(moved)]
            content[other:other] = moved
        elif kind == 5:
            blanked = len(content[at : at + choose.randrange(1, 512)])
            content[at : at + blanked] = bytes(blanked)
        elif choose.randrange(10) == 0:
            del content[at:]
    return bytes(content)


def with_mutated_file(content, seed):
    """A zip archive of the same files, of which one is mutated."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = [(entry, archive.read(entry)) for entry in archive.infolist() if not entry.is_dir()]
    chosen, changed = random.Random(seed).randrange(len(files)), io.BytesIO()
    with zipfile.ZipFile(changed, "w") as archive:
        for number, (entry, inside) in enumerate(files):
            archive.writestr(entry, mutated(inside, seed - 1) if number == chosen else inside)
    return changed.getvalue()


def read(reader, file):
    started = time.monotonic()
    run = subprocess.run([reader, str(file)], capture_output=True, text=True, timeout=120, check=False)
    seconds = time.monotonic() - started
    if run.returncode != 0 or not run.stdout.strip():
        return "the reader itself failed", seconds
    result = json.loads(run.stdout)
    return result.get("refused", "read"), seconds


def main():
    args = sys.argv[1:]
    hostile = []
    if "--hostile" in args:
        place = args.index("--hostile")
        hostile = sorted(file for file in Path(args[place + 1]).rglob("*") if file.is_file())
        del args[place : place + 2]
    reader, count, files = args[0], int(args[1]), [Path(file) for file in args[2:]]
    faults, slowest = [], (0.0, "")

    def judge(name, outcome, seconds):
        nonlocal slowest
        slowest = max(slowest, (seconds, name))
        if seconds > MAX_SECONDS or outcome in ("internal", "the reader itself failed"):
            faults.append(f"{name}: {outcome} after {seconds:.1f} s")

    outcomes = Counter()
    for file in hostile:
        outcome, seconds = read(reader, file)
        outcomes[outcome] += 1
        judge(file.name, outcome, seconds)
        print(f"{file.name}: {outcome}, {seconds:.1f} s", file=sys.stderr)
    if hostile:
        print(f"hostile: {dict(outcomes)}")
    with tempfile.TemporaryDirectory() as folder:
        for file in files:
            outcomes = Counter()
            content = file.read_bytes()
            for seed in range(count):
                mutation = Path(folder) / file.name
                mutation.write_bytes(mutated(content, seed))
                outcome, seconds = read(reader, mutation)
                outcomes[outcome] += 1
                judge(f"{file.name}, mutation {seed}", outcome, seconds)
            print(f"{file.name}: {dict(outcomes)}", flush=True)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    print(f"slowest: {slowest[0]:.1f} s ({slowest[1]}); largest process {peak >> 20} MiB")
    if peak > MAX_CHILD_BYTES:
        faults.append(f"a process took {peak >> 20} MiB")
    for fault in faults:
        print("FAULT", fault)
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
