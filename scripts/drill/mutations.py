"""Mutated files against a running server: the drill `mutations`."""

import collections
import concurrent.futures
import contextlib
import os
import sys
import tempfile
import threading
import time
import zlib
from pathlib import Path

from server import FakeModels, serving

sys.path.append(str(Path(__file__).resolve().parents[1] / "formats"))
from mutate import mutated
from ordinary import ordinary_files

# Maximum time of a file, with the time to start and end its process, and maximum memory of the process.
MAX_SECONDS, MAX_CHILD_MB = 32, 1024
# Of so many mutations one is stored as a document, too; the others are only read.
STORED = 20
# Refusals that name no reason in the file.
CRASHES = ("the parser crashed", "the parser stopped", "fault of this server")


def mutations(rag, short):
    """Mutations of ordinary files are read or refused with a reason, within 30 s and 1 GiB; the server's memory stays, and clean files are found meanwhile."""
    each, files = 10 if short else 400, ordinary_files()
    if os.environ.get("FILES"):
        files = {path.name: path.read_bytes() for path in sorted(Path(os.environ["FILES"]).iterdir())}
    settings = {**FakeModels().embedding_settings(), "open_webui.enabled": "true", "ingest.ocr": os.environ.get("OCR", "off")}
    with serving(rag, settings) as server, concurrent.futures.ThreadPoolExecutor(2) as pool, watched_children(server) as peak:
        run = Run(server)
        for name, content in files.items():
            outcome, words, _ = run.read(name, content)
            assert outcome in ("read", "unsupported"), f"{name} is not ordinary: {words}"
        list(pool.map(lambda one: run.judge(*one, 0), [one for one in files.items() for _ in range(5)]))
        before = server.resident_mb()
        for name, content in files.items():
            run.outcomes.clear()
            list(pool.map(lambda seed: run.judge(name, content, seed), range(1, each + 1)))
            waited = run.find_clean_file(name)
            print(f"  {name}: {dict(run.outcomes.most_common())}; a clean file was found after {waited:.1f} s", flush=True)
        grown = server.resident_mb() - before
        states = collections.Counter(server.wait_for_jobs(run.jobs, 600).values())
    print(f"  {each * len(files)} mutations: the slowest took {run.slowest[0]:.1f} s ({run.slowest[1]}), the largest process {peak[0]:.0f} MB; "
          f"the server grew from {before:.0f} by {grown:.0f} MB; {len(run.jobs)} stored: {dict(states)}")
    for fault in run.faults:
        print(f"  FAULT {fault}")
    assert not run.faults, f"{len(run.faults)} mutations; they are in {run.folder}"
    assert peak[0] <= MAX_CHILD_MB and grown < 100 and not states["dead"]


class Run:
    """Sends files to a server, and keeps those that it does not handle as promised."""

    def __init__(self, server):
        self.server, self.outcomes, self.jobs, self.faults, self.slowest = server, collections.Counter(), [], [], (0.0, "")
        self.collection = server.ok("POST", "/v1/collections", {"name": "drill"})["id"]
        self.folder, self.lock = Path(tempfile.gettempdir()) / "rag-mutations", threading.Lock()

    def read(self, name, content):
        """The outcome, its words and its seconds."""
        since = time.monotonic()
        status, answer = self.server.call("PUT", "/open-webui/process", content, {"x-filename": name})
        seconds = time.monotonic() - since
        if status == 200:
            return "read", "", seconds
        return answer["code"], answer.get("detail", ""), seconds

    def judge(self, name, content, seed):
        changed = mutated(content, seed) if seed else content
        outcome, words, seconds = self.read(name, changed)
        stored = None
        if seed % STORED == 1:
            status, stored = self.server.upload(self.collection, f"{seed} {name}", changed)
        with self.lock:
            self.outcomes[outcome] += 1
            self.slowest = max(self.slowest, (seconds, f"{name}, mutation {seed}"))
            if stored and status < 300:
                self.jobs += [stored["job"]["id"]] if stored.get("job") else []
            is_bad = seconds > MAX_SECONDS or outcome != "read" and (len(words) < 20 or any(crash in words for crash in CRASHES))
            if is_bad or stored and status not in (200, 202, 413, 415, 422):
                self.keep(f"{seed}-{name}", changed, f"{outcome} after {seconds:.1f} s: {words} {stored or ''}")

    def keep(self, name, content, fault):
        self.faults.append(f"{name}: {fault}")
        self.folder.mkdir(exist_ok=True)
        (self.folder / name).write_bytes(content)

    def find_clean_file(self, name):
        """The seconds until a file that is uploaded now is found."""
        since, word = time.monotonic(), f"lighthouse{zlib.crc32(name.encode())}"
        status, answer = self.server.upload(self.collection, f"{word}.txt", f"The keeper of {word} is at home.".encode())
        assert status == 202, answer
        while not self.server.ok("POST", "/v1/search", {"query": word, "mode": "lexical"})["results"]:
            assert time.monotonic() - since < 60, "the queue is blocked"
            time.sleep(0.05)
        return time.monotonic() - since


@contextlib.contextmanager
def watched_children(server):
    """The largest memory of a process that read a document so far, in MB, in a list of one."""
    peak, ends = [0.0], threading.Event()

    def watch():
        while not ends.wait(0.01):
            with contextlib.suppress(OSError):
                for thread in Path(f"/proc/{server.process.pid}/task").iterdir():
                    for child in (thread / "children").read_text().split():
                        peak[0] = max(peak[0], resident_peak_mb(child))

    def resident_peak_mb(process):
        with contextlib.suppress(OSError, StopIteration):
            if b"extract-child" in Path(f"/proc/{process}/cmdline").read_bytes():
                lines = Path(f"/proc/{process}/status").read_text().splitlines()
                return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024
        return 0.0

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield peak
    finally:
        ends.set()
        watcher.join()
