"""Servers that are killed while they read documents: the drill `kill`."""

import collections
import concurrent.futures
import contextlib
import http.client
import json
import os
import random
import subprocess
import tempfile
import time
from pathlib import Path

from postgres import Cluster, installed_programs
from server import Server, pages, text, wait_until

# Documents, and kills of a random one of the servers that share a PostgreSQL, by whether the drill is short.
SIZES = {True: (60, 4), False: (1000, 50)}
SERVERS = 3
# What `rag doctor` finds about this machine, not about the stored data.
MACHINE = {"disk", "scratch", "open files", "memory", "models", "embedding", "OCR", "documents"}

# A line for each chunk of a collection: its document by its bytes, its place and text, and the rows that belong to it.
CHUNKS = """SELECT encode(v.content_sha256, 'hex'), c.ordinal, c.start_offset, c.end_offset, md5(c.text),
    (SELECT count(*) FROM passages WHERE id = c.id), (SELECT count(*) FROM embeddings WHERE passage_id = c.id),
    (SELECT count(*) FROM passage_lexemes WHERE passage_id = c.id), (SELECT count(*) FROM chunk_parts WHERE chunk_id = c.id)
    FROM chunks c JOIN document_versions v ON v.id = c.version_id WHERE c.collection_id = '{}' ORDER BY 1, 2"""
# Versions, documents, published versions, chunks that the versions name; jobs, and those that were taken more than once.
VERSIONS = """SELECT count(*), count(DISTINCT v.document_id), count(*) FILTER (WHERE v.state = 'published' AND v.id = d.current_version_id),
    sum(v.chunk_count) FROM documents d JOIN document_versions v ON v.document_id = d.id WHERE d.collection_id = '{}'"""
JOBS = """SELECT count(*), count(DISTINCT document_id), count(*) FILTER (WHERE state = 'done'), count(*) FILTER (WHERE lease_number > 1),
    max(lease_number) FROM jobs WHERE kind = 'ingest' AND collection_id = '{}'"""
# The largest difference of the vectors of the same chunk in two collections.
VECTORS = """SELECT max(a.embedding <=> b.embedding) FROM (SELECT e.embedding, v.content_sha256, c.ordinal FROM chunks c JOIN embeddings e ON e.passage_id = c.id
    JOIN document_versions v ON v.id = c.version_id WHERE c.collection_id = '{}') a JOIN (SELECT e.embedding, v.content_sha256, c.ordinal FROM chunks c
    JOIN embeddings e ON e.passage_id = c.id JOIN document_versions v ON v.id = c.version_id WHERE c.collection_id = '{}') b USING (content_sha256, ordinal)"""


def kill(rag, short):
    """Servers are killed while they read documents, alone with their PostgreSQL and several on one: every acknowledged document is read once."""
    kill_with_postgres(rag, 2 if short else 20)
    programs = installed_programs()
    if not programs:
        return print("  left out: `make setup` installs the PostgreSQL that several servers need")
    kill_servers(rag, programs, *SIZES[short])


def kill_with_postgres(rag, rounds):
    with tempfile.TemporaryDirectory(prefix="rag-drill-") as folder:
        os.chmod(folder, 0o755)
        server, jobs, ready = Server(rag, folder).start(), [], []
        collection = server.ok("POST", "/v1/collections", {"name": "drill"})["id"]
        for round_number in range(rounds):
            for number in range(15):
                status, answer = server.upload(collection, f"{round_number}-{number}.txt", text(round_number * 100 + number, 400).encode())
                if status < 300:
                    jobs.append((answer["job"]["id"], answer["document"]["id"]))
            time.sleep(random.Random(round_number).random())
            server.kill()
            since = time.monotonic()
            server = Server(rag, folder).start()
            wait_until(lambda: server.call("GET", "/ready")[0] == 200, "the server is not ready again")
            ready.append(time.monotonic() - since)
        states = collections.Counter(server.wait_for_jobs([job for job, _ in jobs], 600).values())
        listed = [item["id"] for item in pages(server, f"/v1/collections/{collection}/documents")]
        print(f"  {len(ready)} kills, ready again after at most {max(ready):.1f} s; {len(jobs)} acknowledged: {dict(states)}")
        server.stop()
        assert states["done"] == len(jobs) and sorted(listed) == sorted(document for _, document in jobs)


def kill_servers(rag, programs, documents, kills):
    """Documents are uploaded in as many shares as there are kills, to random servers, and again under the same key if the server died."""
    with tempfile.TemporaryDirectory(prefix="rag-drill-", ignore_cleanup_errors=True) as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o777)
        database = Cluster(programs, folder / "postgres")
        database.create()
        stack.callback(database.kill)
        settings = {"database.url": f"postgresql://rag@127.0.0.1:{database.port}/rag", "ingest.lease_s": 5}
        servers = Servers(rag, folder, settings)
        stack.callback(servers.stop)
        collection, undisturbed = (servers.call("POST", "/v1/collections", {"name": name})["id"] for name in ("killed", "undisturbed"))
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            upload = lambda number: pool.submit(servers.upload, collection, number)
            uploads = []
            for number in range(kills):
                uploads += map(upload, range(documents * number // kills, documents * (number + 1) // kills))
                time.sleep(1.2 * servers.pick.random())
                servers.kill_one()
            acknowledged = {answer["document"]["id"] for answer in (upload.result() for upload in uploads)}
        wait_for_all(database, collection)
        list(map(lambda number: servers.upload(undisturbed, number), range(documents)))
        wait_for_all(database, undisturbed)
        jobs = numbers(database.psql(JOBS.format(collection)))
        print(f"  {kills} kills of {SERVERS} servers: {len(acknowledged)} documents, {servers.repeated} requests sent again; "
              f"{jobs[3]} jobs were taken more than once, one {jobs[4]} times")
        assert len(acknowledged) == documents and jobs[:3] == [documents] * 3, f"jobs: {jobs}"
        compare(database, collection, undisturbed, documents)
        check_up(rag, folder, settings)


class Servers:
    """Servers on one database, of which one is killed and started again at a time."""

    def __init__(self, rag, folder, settings):
        self.pick, self.repeated, self.servers = random.Random(31), 0, []
        for number in range(SERVERS):
            (folder / str(number)).mkdir()
            self.servers.append(Server(rag, str(folder / str(number)), settings).start())

    def call(self, *arguments):
        return self.servers[0].ok(*arguments)

    def kill_one(self):
        server = self.pick.choice(self.servers)
        server.kill()
        server.start()

    def upload(self, collection, number):
        """Uploads to a random server until one answers."""
        until = time.monotonic() + 180
        while time.monotonic() < until:
            with contextlib.suppress(OSError, http.client.HTTPException):
                status, answer = random.choice(self.servers).upload(collection, *document(number), {"idempotency-key": f"{collection} {number}"})
                if status < 300:
                    return answer
                assert status in (409, 503), f"document {number}: {status} {answer}"
            self.repeated += 1
            time.sleep(0.2)
        raise AssertionError(f"document {number} is not taken")

    def stop(self):
        for server in self.servers:
            if server.is_running():
                server.stop()


def document(number):
    """Name and content: one chunk, in each tenth document a dozen, in each 250th more than are stored at a time."""
    words = 20_000 if number % 250 == 249 else 1500 if number % 10 == 9 else 60
    content = text(number, words)
    return (f"{number}.html", f"<h1>Ledger</h1><p>{content}".encode()) if number % 4 == 3 else (f"{number}.txt", content.encode())


def wait_for_all(database, collection):
    open_jobs = f"SELECT count(*) FROM jobs WHERE collection_id = '{collection}' AND state IN ('queued', 'running')"
    wait_until(lambda: database.psql(open_jobs) == "0", "jobs are not done", 900)


def numbers(line):
    return [int(value) for value in line.split("|")]


def compare(database, collection, undisturbed, documents):
    """Documents that were read under kills have the rows of those that were read without, once."""
    versions = numbers(database.psql(VERSIONS.format(collection)))
    chunks, others = (database.psql(CHUNKS.format(one)).split("\n") for one in (collection, undisturbed))
    passages = int(database.psql(f"SELECT count(*) FROM passages WHERE collection_id = '{collection}'"))
    difference = float(database.psql(VECTORS.format(collection, undisturbed)))
    told = numbers(database.psql("SELECT count(*), count(DISTINCT document_id) FROM events WHERE kind = 'document_published' "
                                 f"AND '{collection}' = ANY (collection_ids)"))
    print(f"  {versions[0]} versions, {len(chunks)} chunks: {len(set(chunks) ^ set(others))} differ from those without kills, vectors by {difference:.5f}; "
          f"{told[0]} events")
    assert versions == [documents] * 3 + [len(chunks)] and passages == len(chunks) == len(set(chunks)), f"{versions}, {passages} passages"
    assert chunks == others and difference < 0.001 and told[0] == told[1]
    assert all(chunk.split("|")[5:8] == ["1", "1", "1"] for chunk in chunks), "a chunk has more or fewer rows than one"


def check_up(rag, folder, settings):
    environment = {**os.environ, "DATABASE_URL": settings["database.url"], "RAG_POSTGRES__DATA_DIR": str(folder / "0/data")}
    done = subprocess.run([rag, "doctor", "--json"], env=environment, cwd=folder, capture_output=True, text=True)
    checks = json.loads(done.stdout)["checks"]
    bad = [f"{check['name']}: {check['finding']}" for check in checks if check["grade"] != "OK"]
    print(f"  rag doctor: {len(checks)} checks{''.join(f'; {line}' for line in bad)}")
    assert not [line for line in bad if line.split(":")[0] not in MACHINE], "the stored data is damaged"
