"""Backups and restores that are killed at random moments while the server works: the drill `backup`."""

import collections
import concurrent.futures
import itertools
import json
import os
import random
import shutil
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from server import FakeModels, Server, serving

# Chunks, about, and kills, by whether the drill is short; CHUNKS names another number of chunks.
SIZES = {True: (400, 6), False: (20_000, 20)}
# Chunks of a document, and words of a chunk.
DOCUMENT_CHUNKS, CHUNK_WORDS = 50, 60
SEARCHERS, QUESTIONS = 4, 20
WORDS = ["".join(syllables) for syllables in itertools.product("ka lo mi ne ru sa to vi be du".split(), repeat=4)]


def backup(rag, short):
    """Backups under load equal the data and give the same results; one that is killed, or whose restore is killed, never passes for a whole one."""
    chunks, kills = SIZES[short]
    models = FakeModels()
    with tempfile.TemporaryDirectory(prefix="rag-drill-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        # The index is built after the rows are there, which is faster.
        settings = {**models.embedding_settings(), "index.kind": "none"}
        with serving(rag, settings, folder=name) as server:
            command = Command(rag, folder, settings)
            collection = load(server, int(os.environ.get("CHUNKS", chunks)))
            command.timed("index", "--rebuild", "--kind", "hnsw")
            found = results(server, collection)
            with under_load(server) as statuses:
                took = command.timed("backup", "whole")
                kill_backups(command, kills // 2, took)
            assert not set(statuses) - {200, 202}, f"requests failed during the backups: {dict(statuses)}"
            print(f"  a backup under load took {took:.1f} s; requests meanwhile: {dict(statuses)}")
        print(f"  it is whole, by `rag backup verify` in {command.timed('backup', 'verify', 'whole'):.1f} s")
        (folder / "elsewhere").mkdir()
        took = command.timed("restore", "whole", data="elsewhere/data")
        restored = Server(rag, str(folder / "elsewhere"), settings).start()
        again = results(restored, collection)
        restored.stop()
        compare(found, again, took)
        kill_restores(command, kills - kills // 2, took)
        refuse_damaged(command)


def load(server, chunks):
    """A collection of so many chunks, about."""
    collection, since = server.ok("POST", "/v1/collections", {"name": "drill"})["id"], time.monotonic()
    upload = lambda number: server.upload(collection, f"{number}.txt", content(number))[1]["job"]["id"]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        jobs = list(pool.map(upload, range(max(1, chunks // DOCUMENT_CHUNKS))))
    states = server.wait_for_jobs(jobs, 3600)
    assert set(states.values()) == {"done"}
    stored = sum(server.ok("GET", f"/v1/jobs/{job}")["total"] for job in jobs)
    print(f"  {len(jobs)} documents with {stored} chunks in {time.monotonic() - since:.0f} s")
    return collection


def content(number):
    """A document of words of which some are common and most are rare."""
    pick = random.Random(number)
    word = lambda: WORDS[int(len(WORDS) ** pick.random()) - 1]
    return "\n\n".join(" ".join(word() for _ in range(CHUNK_WORDS)) + "." for _ in range(DOCUMENT_CHUNKS)).encode()


def results(server, collection):
    """The best passages and their scores for questions of rare and of common words, by mode."""
    question = lambda number: " ".join(content(number).decode().split()[7:15])
    ask = lambda mode, number: server.ok("POST", "/v1/search", {"query": question(number), "collection_ids": [collection], "mode": mode})["results"]
    return {mode: [[(one["chunk_id"], round(one["score"], 4)) for one in ask(mode, number)] for number in range(QUESTIONS)]
            for mode in ("lexical", "dense", "hybrid")}


def compare(found, again, took):
    """Words find the same with the same scores; the index of vectors is built again and is approximate, so it may find a few others."""
    chunks = lambda results: {chunk for chunk, _ in results}
    shares = {mode: sum(len(chunks(one) & chunks(other)) for one, other in zip(found[mode], again[mode])) / sum(map(len, found[mode])) for mode in found}
    print(f"  restored elsewhere in {took:.1f} s; the same among the best ten of {QUESTIONS} questions: "
          + ", ".join(f"{mode} {share:.3f}" for mode, share in shares.items()))
    assert found["lexical"] == again["lexical"] and min(shares.values()) > 0.8


class Command:
    """Runs `rag` in the drill's folder."""

    def __init__(self, rag, folder, settings):
        self.rag, self.folder, self.random = os.path.abspath(rag), folder, random.Random(22)
        self.settings = [argument for key, value in settings.items() for argument in ("--set", f"{key}={value}")]

    def start(self, *arguments, data="data"):
        environment = {**os.environ, "RAG_POSTGRES__DATA_DIR": str(self.folder / data)}
        return subprocess.Popen([self.rag, *self.settings, *arguments], cwd=self.folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def run(self, *arguments, data="data"):
        """The exit code and the output."""
        process = self.start(*arguments, data=data)
        text = process.communicate()[0]
        return process.returncode, text

    def timed(self, *arguments, data="data"):
        """The seconds of a command that must succeed."""
        since = time.monotonic()
        code, text = self.run(*arguments, data=data)
        assert code == 0, f"{arguments}: {text}"
        return time.monotonic() - since

    def kill(self, *arguments, after_s, data="data"):
        """Starts a command and kills it then, unless it has ended."""
        process = self.start(*arguments, data=data)
        try:
            process.wait(after_s)
        except subprocess.TimeoutExpired:
            process.kill()
        process.communicate()

    def moments(self, count, longest):
        """Random moments of a command that takes so long: one in each of `count` equal parts."""
        return [(part + self.random.random()) / count * longest for part in range(count)]


class under_load:
    """Uploads and searches without a pause; counts the statuses of their answers."""

    def __init__(self, server):
        self.server, self.statuses, self.ends = server, collections.Counter(), threading.Event()

    def __enter__(self):
        collection = self.server.ok("POST", "/v1/collections", {"name": "load"})["id"]
        self.threads = [threading.Thread(target=self.upload, args=(collection,))]
        self.threads += [threading.Thread(target=self.search, args=(number,)) for number in range(SEARCHERS)]
        for thread in self.threads:
            thread.start()
        return self.statuses

    def __exit__(self, *_):
        self.ends.set()
        for thread in self.threads:
            thread.join()

    def upload(self, collection):
        for number in itertools.count():
            if self.ends.wait(0.2):
                return
            self.statuses[self.server.upload(collection, f"{number}.txt", content(-number)[:2000])[0]] += 1

    def search(self, number):
        while not self.ends.wait(0.02):
            number += SEARCHERS
            query = " ".join(content(number).decode().split()[:6])
            self.statuses[self.server.call("POST", "/v1/search", {"query": query})[0]] += 1


def kill_backups(command, kills, longest):
    whole = 0
    for number, moment in enumerate(command.moments(kills, longest)):
        name = f"killed-{number}"
        command.kill("backup", name, after_s=moment)
        if (command.folder / name).exists():
            # The kill came after the last step, or never.
            command.timed("backup", "verify", name)
            whole += 1
    left = list(command.folder.glob("*.unfinished-*"))
    for unfinished in left:
        code, text = command.run("backup", "verify", unfinished.name)
        assert code != 0, f"half a backup passes for a whole one: {text}"
    assert whole + len(left) <= kills and left, "no kill came in time"
    print(f"  {kills} kills of backups: {len(left)} left something unfinished, which is refused; {whole} were whole")


def kill_restores(command, kills, longest):
    empty = 0
    for number, moment in enumerate(command.moments(kills, longest)):
        data = f"restored-{number}"
        command.kill("restore", "whole", after_s=moment, data=data)
        code, text = command.run("backup", f"{data}-again", data=data)
        if code == 0:
            # Killed after the commit.
            assert contents(command, "whole") == contents(command, f"{data}-again"), "half a restore is left"
        else:
            # The second, if it was killed before there was a database.
            assert "the database has no tables" in text or "there is no database in" in text, text
            empty += 1
            # Once, because it takes its time.
            if empty == 1:
                command.timed("restore", "whole", data=data)
        shutil.rmtree(command.folder / data, ignore_errors=True)
    assert empty, "no kill came in time"
    print(f"  {kills} kills of restores: {empty} left the database empty, {kills - empty} had restored everything")


def contents(command, name):
    """Rows and hashes of the tables of a backup."""
    return json.loads((command.folder / name / "manifest.json").read_text())["tables"]


def refuse_damaged(command):
    dump = command.folder / "whole/database.dump"
    with open(dump, "r+b") as file:
        file.seek(dump.stat().st_size // 2)
        byte = file.read(1)
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte[0] ^ 1]))
    for arguments in (("backup", "verify", "whole"), ("restore", "whole")):
        code, text = command.run(*arguments, data="damaged")
        assert code == 1 and "has changed since it was made" in text, text
    print("  one bit of the dump changed: refused")
