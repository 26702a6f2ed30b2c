"""A PostgreSQL that accepts encrypted connections only, and PgBouncer in front of it: the drill `tls`."""

import collections
import contextlib
import os
import re
import shutil
import subprocess
import tempfile
import threading
import urllib.parse
from pathlib import Path

from server import Server, free_port

# The first PgBouncer that passes on the prepared statements of its clients.
POOLER_VERSION = (1, 21)


def tls(rag, short):
    """A PostgreSQL with `hostssl` only: verify-full connects, a wrong name, authority, mode or password is refused with the cure; backups; a pooler."""
    bins = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/pg_ctl")]
    with_vector = [path for path in bins if list(Path(f"/usr/share/postgresql/{path.parent.name}/extension").glob("vector.control"))]
    if not with_vector or os.geteuid() != 0:
        return print("  left out: it needs root and Debian's PostgreSQL with pgvector, below /usr/lib/postgresql")
    with tempfile.TemporaryDirectory(prefix="rag-drill-", ignore_cleanup_errors=True) as folder:
        with secured_postgres(Path(folder), with_vector[-1]) as database:
            refuse(rag, database)
            serve(rag, database, database.url, 10 if short else 100)
            back_up(rag, database)
            with pooler(database) as url:
                if url:
                    serve(rag, database, url, 10 if short else 100)


class Database:
    """A cluster that listens with TLS, and the files of its authority and of another one."""

    def __init__(self, folder, bin_dir):
        self.folder, self.bin, self.port = folder, bin_dir, free_port()
        for name in ("authority", "other"):
            self.openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.crt")
        self.openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-keyout", "server.key", "-out", "server.csr")
        (folder / "names").write_text("subjectAltName=DNS:localhost\n")
        self.openssl("x509", "-req", "-in", "server.csr", "-CA", "authority.crt", "-CAkey", "authority.key", "-CAcreateserial", "-days", "2",
                     "-extfile", "names", "-out", "server.crt")
        self.url = self.address(self.port)

    def openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True)

    def address(self, port, host="localhost", password="pw", authority="authority", mode="verify-full"):
        return f"postgresql://rag:{password}@{host}:{port}/rag?sslmode={mode}&sslrootcert={urllib.parse.quote(str(self.folder / authority), safe='')}.crt"

    def run(self, *command):
        """Runs a command as the user of the cluster."""
        subprocess.run(["su", "postgres", "-s", "/bin/sh", "-c", '"$0" "$@"', "--", *map(str, command)], check=True, capture_output=True, cwd="/")

    def psql(self, database, statement):
        self.run(self.bin / "psql", "-h", self.folder, "-p", self.port, "-d", database, "-qc", statement)


@contextlib.contextmanager
def secured_postgres(folder, bin_dir):
    folder.chmod(0o755)
    database = Database(folder, bin_dir)
    shutil.chown(folder, "postgres")
    for file in folder.iterdir():
        shutil.chown(file, "postgres")
    (folder / "server.key").chmod(0o600)
    database.run(bin_dir / "initdb", "-D", folder / "cluster", "-E", "UTF8", "--locale=C.UTF-8")
    (folder / "cluster/pg_hba.conf").write_text("local all postgres trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n")
    options = {"port": database.port, "listen_addresses": "127.0.0.1", "unix_socket_directories": folder, "ssl": "on",
               "ssl_cert_file": folder / "server.crt", "ssl_key_file": folder / "server.key"}
    with open(folder / "cluster/postgresql.conf", "a") as file:
        file.writelines(f"{name} = '{value}'\n" for name, value in options.items())
    database.run(bin_dir / "pg_ctl", "-D", folder / "cluster", "-l", folder / "cluster/log", "-w", "start")
    try:
        database.psql("postgres", "CREATE ROLE rag LOGIN PASSWORD 'pw' CREATEROLE BYPASSRLS")
        for name in ("rag", "copy"):
            database.psql("postgres", f"CREATE DATABASE {name} OWNER rag")
            database.psql(name, "CREATE EXTENSION vector")
        yield database
    finally:
        database.run(bin_dir / "pg_ctl", "-D", folder / "cluster", "-m", "immediate", "stop")


def refuse(rag, database):
    """Each way in that is wrong, with a part of the cure."""
    address = lambda **parts: database.address(database.port, **parts)
    wrong = {
        "the name": (address(host="127.0.0.1"), "connect by a name that the certificate holds"),
        "the authority": (address(authority="other"), "sslrootcert=FILE"),
        "the file": (address(authority="none"), "none.crt"),
        "the mode": (address(mode="disable"), "add sslmode=verify-full"),
        "the password": (address(password="wrong", mode="prefer"), "correct the user or the password"),
        "the URL": (address(password="pa@ss"), "%40 for @"),
    }
    for part, (url, cure) in wrong.items():
        done = subprocess.run([rag, "migrate"], env={**os.environ, "DATABASE_URL": url}, capture_output=True, text=True, cwd=database.folder)
        assert done.returncode == 3 and cure in done.stderr and "ss@" not in done.stderr, f"{part}: {done.stderr}"
    print(f"  refused with the cure: {', '.join(wrong)}")


def serve(rag, database, url, documents):
    """Two servers start at the same time, and the first one stores, searches and answers."""
    first, second = (Server(rag, tempfile.mkdtemp(dir=database.folder), {"database.url": url}) for _ in range(2))
    starts = [threading.Thread(target=server.start) for server in (first, second)]
    for start in starts:
        start.start()
    for start in starts:
        start.join()
    try:
        collection = first.ok("POST", "/v1/collections", {"name": f"drill {first.host}"})["id"]
        jobs = [first.upload(collection, f"{n}.txt", f"The keeper of house {n} has {n} lanterns.".encode())[1]["job"]["id"] for n in range(documents)]
        states, statuses = collections.Counter(first.wait_for_jobs(jobs, 300).values()), collections.Counter()

        def ask(server):
            for number in range(documents):
                statuses[server.call("POST", "/v1/search", {"query": f"lanterns of house {number}"})[0]] += 1
                statuses[server.call("POST", "/v1/ask", {"question": f"How many lanterns are in house {number}?"})[0]] += 1

        clients = [threading.Thread(target=ask, args=(server,)) for server in (first, second) for _ in range(4)]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
    finally:
        for server in (first, second):
            server.process and server.stop()
    print(f"  port {urllib.parse.urlsplit(url).port}: two servers, documents {dict(states)}, searches and answers {dict(statuses)}")
    assert states["done"] == documents and set(statuses) == {200}


def back_up(rag, database):
    """A backup over TLS with the programs of the server's version, verified, and restored by a user that does not own the extension."""
    environment = {**os.environ, "RAG_POSTGRES__INSTALL_DIR": str(database.bin.parent)}
    backup = database.folder / "backup"
    copy = database.url.replace("/rag?", "/copy?")
    for url, command, settings in ((database.url, ["backup", backup], environment), (database.url, ["backup", "verify", backup], os.environ),
                                   (copy, ["restore", backup], environment)):
        done = subprocess.run([rag, *map(str, command)], env={**settings, "DATABASE_URL": url}, capture_output=True, text=True, cwd=database.folder)
        assert done.returncode == 0, f"{command}: {done.stderr}"
    print("  backed up, verified and restored over TLS")


@contextlib.contextmanager
def pooler(database):
    """The URL of a PgBouncer in transaction mode; `None` if it is missing or too old."""
    program = os.environ.get("PGBOUNCER") or shutil.which("pgbouncer") or "/usr/sbin/pgbouncer"
    version = os.path.exists(program) and re.search(r"PgBouncer (\d+)\.(\d+)", subprocess.run([program, "--version"], capture_output=True, text=True).stdout)
    if not version or tuple(map(int, version.groups())) < POOLER_VERSION:
        print(f"  the pooler is left out: PGBOUNCER names no PgBouncer {'.'.join(map(str, POOLER_VERSION))} or newer")
        yield None
        return
    port, folder = free_port(), database.folder
    (folder / "users").write_text('"rag" "pw"\n')
    (folder / "pooler.ini").write_text(f"""[databases]
rag = host=localhost port={database.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {folder}/users
pool_mode = transaction
default_pool_size = 8
max_prepared_statements = 200
server_tls_sslmode = verify-full
server_tls_ca_file = {folder}/authority.crt
client_tls_sslmode = require
client_tls_key_file = {folder}/server.key
client_tls_cert_file = {folder}/server.crt
logfile = {folder}/cluster/pooler.log
pidfile = {folder}/cluster/pooler.pid
""")
    database.run(program, "-d", folder / "pooler.ini")
    try:
        yield database.address(port)
    finally:
        os.kill(int((folder / "cluster/pooler.pid").read_text()), 15)
