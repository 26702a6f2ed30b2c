"""Backups and restores that are killed at random moments while the server works: the drill `backup`."""

import collections
import json
import os
import random
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from server import serving

# Documents and kills, by whether the drill is short.
SIZES = {True: (40, 6), False: (400, 20)}


def backup(rag, short):
    """Backups under load equal the data; one that is killed, or whose restore is killed, never passes for a whole one."""
    documents, kills = SIZES[short]
    with tempfile.TemporaryDirectory(prefix="rag-drill-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        with serving(rag, folder=name) as server, under_load(server, documents) as load:
            command = Command(rag, folder)
            took = command.timed("backup", "whole")
            command.timed("backup", "verify", "whole")
            print(f"  a backup under load took {took:.1f} s and is whole")
            kill_backups(command, kills // 2, took)
        assert not set(load) - {200, 202}, f"requests failed during the backups: {dict(load)}"
        print(f"  requests meanwhile: {dict(load)}")
        kill_restores(command, kills - kills // 2)
        refuse_damaged(command)


class Command:
    """Runs `rag` in the drill's folder."""

    def __init__(self, rag, folder):
        self.rag, self.folder, self.random = os.path.abspath(rag), folder, random.Random(22)

    def start(self, *arguments, data="data"):
        environment = {**os.environ, "RAG_POSTGRES__DATA_DIR": str(self.folder / data)}
        return subprocess.Popen([self.rag, *arguments], cwd=self.folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

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

    def __init__(self, server, documents):
        self.server, self.documents, self.statuses, self.ends = server, documents, collections.Counter(), threading.Event()

    def __enter__(self):
        collection = self.server.ok("POST", "/v1/collections", {"name": "drill"})["id"]
        jobs = [self.upload(collection, number)["job"]["id"] for number in range(self.documents)]
        self.server.wait_for_jobs(jobs, 600)
        self.threads = [threading.Thread(target=work, args=(collection,)) for work in (self.upload_on, self.search_on, self.search_on)]
        for thread in self.threads:
            thread.start()
        return self.statuses

    def __exit__(self, *_):
        self.ends.set()
        for thread in self.threads:
            thread.join()

    def upload(self, collection, number):
        pick = random.Random(number)
        words = " ".join(pick.choice("harbour keeper lighthouse winter ledger cargo barley".split()) for _ in range(120))
        status, answer = self.server.upload(collection, f"{number}.txt", f"House {number}. {words}.".encode())
        self.statuses[status] += 1
        return answer

    def upload_on(self, collection):
        number = self.documents
        while not self.ends.wait(0.2):
            number += 1
            self.upload(collection, number)

    def search_on(self, _):
        while not self.ends.wait(0.02):
            self.statuses[self.server.call("POST", "/v1/search", {"query": "the keeper of the lighthouse"})[0]] += 1


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


def kill_restores(command, kills):
    longest, empty = command.timed("restore", "whole", data="copy"), 0
    for number, moment in enumerate(command.moments(kills, longest)):
        data = f"restored-{number}"
        command.kill("restore", "whole", after_s=moment, data=data)
        code, text = command.run("restore", "whole", data=data)
        if code == 0:
            empty += 1
        else:
            # Killed after the commit: the next restore is refused, because everything is there.
            assert "holds tables already" in text, text
            command.timed("backup", f"{data}-again", data=data)
            assert contents(command, "whole") == contents(command, f"{data}-again"), "half a restore is left"
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
