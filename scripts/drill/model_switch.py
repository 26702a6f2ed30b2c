"""A collection that moves to another embedding model while it is searched: the drill `model_switch`."""

import contextlib
import json
import os
import random
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from kill import check_up
from postgres import Cluster, installed_programs
from server import Server, wait_until

DOCS = Path(__file__).resolve().parents[2] / "docs"
OLD, NEW = "all-MiniLM-L6-v2", "multilingual-e5-small"
# Passages, and kills of the process that does the work, by whether the drill is short; CHUNKS names another number of passages.
SIZES = {True: (200, 1), False: (1500, 3)}
CLIENTS, PAUSE_S, LEASE_S = 4, 0.1, 5
# Largest difference of two scores of the same passage by the same model.
TOLERANCE = 0.002

# Passages without a vector by a model.
LACKING = """SELECT count(*) FROM chunks c WHERE NOT EXISTS (SELECT FROM embeddings e JOIN embedding_models m ON m.id = e.model_id
    WHERE e.passage_id = c.id AND m.name = '{}')"""


def model_switch(rag, short):
    """A collection moves to another model while it is searched and its workers are killed: no search fails, and all are by the old model until one moment, then by the new one."""
    programs, home = installed_programs(), Path(os.environ.get("RAG_HOME") or Path.home() / ".cache/rag")
    if not programs or not (home / "model" / NEW).exists():
        return print("  left out: `make setup-multilingual` installs the models that it needs")
    chunks, kills = SIZES[short]
    chunks = int(os.environ.get("CHUNKS", chunks))
    with tempfile.TemporaryDirectory(prefix="rag-drill-", ignore_cleanup_errors=True) as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o777)
        database = Cluster(programs, folder / "postgres")
        database.create()
        stack.callback(database.kill)
        url = f"postgresql://rag@127.0.0.1:{database.port}/rag"
        settings = {"database.url": url, "ingest.lease_s": LEASE_S}
        move = Move(rag, database, {**os.environ, "DATABASE_URL": url, "RAG_POSTGRES__DATA_DIR": str(folder / "0/data")})
        stack.callback(move.kill)
        servers = []
        for number in range(2):
            (folder / str(number)).mkdir()
            servers.append(Server(rag, str(folder / str(number)), settings).start())
            stack.callback(lambda server=servers[-1]: server.is_running() and server.stop())
        collection = store(servers[0], chunks)
        move.run("model", "add", NEW)
        for server in servers:
            server.stop()
            server.start()
        searches = Searches(servers, collection)
        old = searches.ask_all(servers[0])
        with searches:
            took = move.under_kills(searches, kills)
            time.sleep(2)
        new = searches.ask_all(servers[1])
        judge(searches, old, new, took)
        assert database.psql(LACKING.format(NEW)) == "0", "a passage lacks its vector"
        check_up(rag, folder, settings)


def passages(count):
    """Short texts from the documentation."""
    words = [word for path in sorted(DOCS.rglob("*.md")) for word in path.read_text().split()]
    pick = random.Random(5)
    return [" ".join(words[at : at + 30]) for at in (pick.randrange(len(words) - 30) for _ in range(count))]


def store(server, chunks):
    collection, since = server.ok("POST", "/v1/collections", {"name": "drill"})["id"], time.monotonic()
    texts = passages(chunks)
    lines = [json.dumps({"source": f"{number}.txt", "text": text}) for number, text in enumerate(texts)]
    jobs = []
    for first in range(0, chunks, 500):
        status, answers = server.call("POST", f"/v1/collections/{collection}/documents/bulk", "\n".join(lines[first : first + 500]).encode(),
                                      {"content-type": "application/x-ndjson"})
        assert status == 200, answers
        jobs += [json.loads(line)["job_id"] for line in answers.splitlines()]
    states = server.wait_for_jobs(jobs, 1200)
    assert set(states.values()) == {"done"}
    print(f"  {chunks} passages by {OLD} in {time.monotonic() - since:.0f} s")
    return collection


class Move:
    """The move, and the kills of its workers."""

    def __init__(self, rag, database, environment):
        self.rag, self.database, self.environment, self.command = os.path.abspath(rag), database, environment, None

    def start(self, *arguments):
        return subprocess.Popen([self.rag, *arguments], env=self.environment, cwd="/", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def run(self, *arguments):
        process = self.start(*arguments)
        text = process.communicate()[0]
        assert process.returncode == 0, text

    def kill(self):
        if self.command:
            self.command.kill()
            self.command.communicate()
            self.command = None

    def job(self):
        """State, the number of times that it was taken, passages that are done."""
        line = self.database.psql("SELECT state, lease_number, done_units FROM jobs WHERE kind = 'reembed'")
        state, taken, done = line.split("|") if line else ("none", 0, 0)
        return state, int(taken), int(done)

    def under_kills(self, searches, wanted):
        """Kills the command that moves the collection, then servers, until the work was lost as often as wanted; the seconds of the move."""
        since, self.command = time.monotonic(), self.start("model", "switch", NEW, "--collection", "drill")
        wait_until(lambda: self.job()[2] > 0, "the move does not begin", 300)
        self.kill()
        kills = 1
        while True:
            _, taken, done = self.job()
            # Another process takes the job when its lease has ended; if the job just goes on, the killed process did not have it.
            wait_until(lambda: self.job()[0] == "done" or self.job()[1] > taken or self.job()[2] > done, "the move does not go on", 180)
            state, taken, _ = self.job()
            if state == "done" or taken > wanted:
                break
            searches.kill_other()
            kills += 1
        wait_until(lambda: self.job()[0] == "done", "the move does not end", 3600)
        lost = self.job()[1] - 1
        print(f"  {kills} kills, {lost} of them of the process that did the work")
        assert lost >= wanted, "the move ended before the kills"
        return time.monotonic() - since


class Searches:
    """Clients of one of two servers; keeps the question, the times, the status and the results of each search."""

    def __init__(self, servers, collection):
        self.servers, self.collection, self.used, self.busy, self.ends = servers, collection, 0, [None] * CLIENTS, threading.Event()
        self.bodies = [{"query": " ".join(text.split()[5:12]), "collection_ids": [collection], "mode": mode, "plain": True}
                       for text in passages(20) for mode in ("dense", "hybrid")]
        self.made = []

    def ask(self, server, number):
        status, answer = server.call("POST", "/v1/search", self.bodies[number])
        if status != 200 or answer["warnings"]:
            return status, answer
        return status, [(one["chunk_id"], one["score"]) for one in answer["results"]]

    def ask_all(self, server):
        return [self.ask(server, number)[1] for number in range(len(self.bodies))]

    def client(self, place):
        pick = random.Random(place)
        while not self.ends.is_set():
            # Before the server is looked up again: a server that is not used any more gets no search.
            self.busy[place] = used = self.used
            if used != self.used:
                continue
            number, since = pick.randrange(len(self.bodies)), time.monotonic()
            try:
                status, results = self.ask(self.servers[used], number)
            except OSError as failure:
                status, results = 0, str(failure)
            self.made.append((number, since, time.monotonic(), status, results))
            self.busy[place] = None
            time.sleep(PAUSE_S)

    def kill_other(self):
        """Sends the clients to the other server, as a load balancer would, then kills the one that they used."""
        killed, self.used = self.used, 1 - self.used
        wait_until(lambda: killed not in self.busy, "a search does not end")
        self.servers[killed].kill()
        self.servers[killed].start()

    def __enter__(self):
        self.threads = [threading.Thread(target=self.client, args=(place,)) for place in range(CLIENTS)]
        for thread in self.threads:
            thread.start()

    def __exit__(self, *_):
        self.ends.set()
        for thread in self.threads:
            thread.join()


def equal(one, other):
    return [chunk for chunk, _ in one] == [chunk for chunk, _ in other] and all(abs(a - b) < TOLERANCE for (_, a), (_, b) in zip(one, other))


def judge(searches, old, new, took):
    failed = [(status, results) for _, _, _, status, results in searches.made if status != 200 or isinstance(results, dict)]
    assert not failed, f"{len(failed)} searches failed: {failed[0]}"
    by_old = [made for made in searches.made if equal(made[4], old[made[0]])]
    by_new = [made for made in searches.made if equal(made[4], new[made[0]])]
    mixed = len(searches.made) - len(by_old) - len(by_new)
    changed = min(made[2] for made in by_new)
    late = [made for made in by_old if made[1] > changed]
    print(f"  moved in {took:.0f} s; {len(searches.made)} searches by {CLIENTS} clients, none failed: {len(by_old)} by the old model, {len(by_new)} by the new one, "
          f"{mixed} by neither; {len(late)} by the old one began after one by the new one had ended")
    assert not any(equal(a, b) for a, b in zip(old, new)), "both models give the same results, so nothing is shown"
    assert not mixed and not late and by_old
