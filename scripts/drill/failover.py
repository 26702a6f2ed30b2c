"""A PostgreSQL and its replica, which are killed under a running server: the drill `failover`."""

import collections
import contextlib
import json
import tempfile
import threading
import time
from pathlib import Path

from postgres import Cluster, installed_programs
from server import Server, wait_until

# Maximum time from the death of the primary until the next write.
MAX_PAUSE_S = 10


def failover(rag, short):
    """The replica is killed and no read fails; the primary is killed, the replica is promoted, writes go on within 10 s, and no acknowledged row is lost."""
    programs = installed_programs()
    if not programs:
        return print("  left out: `make setup` installs the PostgreSQL that it needs")
    seconds = 3 if short else 20
    with tempfile.TemporaryDirectory(prefix="rag-drill-", ignore_cleanup_errors=True) as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o777)
        primary, replica = (Cluster(programs, folder / name) for name in ("primary", "replica"))
        primary.create()
        stack.callback(primary.kill)
        stack.callback(replica.kill)
        hosts, ports = f"127.0.0.1:{primary.port},127.0.0.1:{replica.port}", (primary.port, replica.port)
        replica.follow(primary)
        # Each server is in both settings: the one that accepts writes gets them, the other one serves reads.
        settings = {"database.url": f"postgresql://rag@{hosts}/rag",
                    "database.replicas": json.dumps([f"postgresql://rag@127.0.0.1:{port}/rag" for port in ports])}
        (folder / "rag").mkdir()
        server = Server(rag, str(folder / "rag"), settings).start()
        try:
            lose_replica(server, replica, seconds)
            lose_primary(server, primary, replica, seconds)
        finally:
            server.stop()


class Load:
    """Clients that create collections and read them, until they are stopped."""

    def __init__(self, server):
        self.server, self.ends, self.acknowledged, self.statuses, self.written = server, False, [], collections.Counter(), []
        self.threads = [threading.Thread(target=self.write, args=(number,)) for number in range(4)]
        self.threads += [threading.Thread(target=self.read) for _ in range(4)]
        for thread in self.threads:
            thread.start()

    def write(self, number):
        while not self.ends:
            name = f"{number} {time.monotonic_ns()}"
            status, _ = self.server.call("POST", "/v1/collections", {"name": name})
            self.statuses["write", status] += 1
            if status == 201:
                self.acknowledged.append(name)
                self.written.append(time.monotonic())

    def read(self):
        while not self.ends:
            if self.acknowledged:
                status, _ = self.server.call("GET", "/v1/collections?limit=20")
                self.statuses["read", status] += 1

    def stop(self):
        self.ends = True
        for thread in self.threads:
            thread.join()


def lose_replica(server, replica, seconds):
    load = Load(server)
    time.sleep(seconds)
    replica.kill()
    time.sleep(seconds)
    replica.start()
    time.sleep(seconds)
    load.stop()
    print(f"  the replica was killed and came back: {dict(load.statuses)}")
    assert not [key for key in load.statuses if key[1] >= 300], "a request failed"


def lose_primary(server, primary, replica, seconds):
    primary.psql("ALTER SYSTEM SET synchronous_standby_names = '*'")
    primary.psql("SELECT pg_reload_conf()")
    wait_until(lambda: primary.psql("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == "1", "the replica is not synchronous")
    load = Load(server)
    time.sleep(seconds)
    killed = time.monotonic()
    primary.kill()
    replica.psql("SELECT pg_promote()")
    promoted = time.monotonic()
    wait_until(lambda: load.written[-1] > promoted, "writes do not go on")
    pause = min(at for at in load.written if at > promoted) - killed
    time.sleep(seconds)
    load.stop()
    names = set(replica.psql("SELECT name FROM collections").split("\n"))
    lost = [name for name in load.acknowledged if name not in names]
    print(f"  the primary was killed: the next write after {pause:.1f} s; {len(load.acknowledged)} acknowledged, {len(lost)} lost; {dict(load.statuses)}")
    assert not lost and pause < MAX_PAUSE_S
    assert not {status for _, status in load.statuses} - {200, 201, 503}, "an error was not one to try again"
