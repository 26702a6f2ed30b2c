"""A server under test, calls to it, and fake model servers that misbehave."""

import contextlib
import http.client
import http.server
import json
import os
import random
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.parse

WORDS = "harbour keeper lighthouse winter ledger cargo barley compass signal ferry granite lantern".split()


def text(number, words=60):
    pick = random.Random(number)
    return f"Entry {number}. " + " ".join(pick.choice(WORDS) for _ in range(words)) + "."


class Server:
    """`rag serve` in a folder of its own. Every setting is `section.key = value`."""

    def __init__(self, rag, folder, settings=None):
        self.rag, self.folder, self.settings = os.path.abspath(rag), folder, settings or {}
        self.process, self.host = None, None

    def start(self):
        environment = {**os.environ, "RAG_POSTGRES__DATA_DIR": f"{self.folder}/data", "RAG_SERVER__REQUESTS_PER_MINUTE": "0"}
        arguments = [argument for key, value in self.settings.items() for argument in ("--set", f"{key}={value}")]
        self.log = open(f"{self.folder}/serve.log", "a")
        self.process = subprocess.Popen([self.rag, "serve", "--bind", "127.0.0.1:0", *arguments], cwd=self.folder,
                                        stdout=subprocess.PIPE, stderr=self.log, text=True, env=environment)
        for line in self.process.stdout:
            if line.startswith("API"):
                self.host = urllib.parse.urlsplit(line.split()[-1]).netloc
                return self
        raise AssertionError(f"the server does not start:\n{open(self.log.name).read()[-3000:]}")

    def call(self, method, path, body=None, headers=None, timeout=120):
        """Status and body, as JSON where it is."""
        connection = http.client.HTTPConnection(self.host, timeout=timeout)
        try:
            if body is not None and not isinstance(body, bytes):
                body, headers = json.dumps(body).encode(), {"content-type": "application/json", **(headers or {})}
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            text = answer.read()
            kind = answer.headers.get("content-type", "")
            return answer.status, json.loads(text) if "json" in kind and "ndjson" not in kind else text
        finally:
            connection.close()

    def ok(self, method, path, body=None):
        status, answer = self.call(method, path, body)
        assert status < 300, f"{method} {path}: {status} {answer}"
        return answer

    def upload(self, collection, name, content, headers=None):
        body = (f'--edge\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
                "Content-Type: text/plain\r\n\r\n").encode() + content + b"\r\n--edge--\r\n"
        return self.call("POST", f"/v1/collections/{collection}/documents", body,
                         {**(headers or {}), "content-type": "multipart/form-data; boundary=edge"})

    def wait_for_jobs(self, jobs, patience):
        """The jobs' states once each is done, refused or dead."""
        until, states = time.monotonic() + patience, {}
        while time.monotonic() < until:
            for job in jobs:
                if states.get(job) not in ("done", "refused", "dead"):
                    states[job] = self.ok("GET", f"/v1/jobs/{job}")["state"]
            if all(state in ("done", "refused", "dead") for state in states.values()):
                return states
            time.sleep(0.5)
        raise AssertionError(f"jobs are not done after {patience} s: {states}")

    def resident_mb(self):
        with open(f"/proc/{self.process.pid}/statm") as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20

    def is_running(self):
        return not isinstance(self.process.poll(), int)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self, patience=60):
        """Ends it by SIGTERM; the seconds that it took."""
        since = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=patience)
        return time.monotonic() - since


@contextlib.contextmanager
def serving(rag, settings=None, folder=None):
    with contextlib.ExitStack() as stack:
        if not folder:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="rag-drill-"))
            os.chmod(folder, 0o755)  # PostgreSQL runs as another user when we are root
        server = Server(rag, folder, settings).start()
        try:
            yield server
        finally:
            if server.is_running():
                try:
                    server.stop()
                except subprocess.TimeoutExpired:
                    server.kill()
            server.log.close()


class FakeModels:
    """An OpenAI-compatible server: embeddings after a pause, and chat answers that never end, a piece at a time.

    If it is obedient, an answer repeats the prompt, calls a tool that nobody offered, and ends.
    """

    def __init__(self, pause_s=0.0, dimensions=384, piece="word " * 400, piece_s=0.001, is_obedient=False):
        self.pause_s, self.dimensions, self.piece, self.piece_s = pause_s, dimensions, piece, piece_s
        self.is_obedient = is_obedient
        self.chats_open = 0
        fake = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                if self.path.endswith("/embeddings"):
                    fake.embed(self, body)
                elif fake.is_obedient:
                    fake.obey(self, body)
                else:
                    fake.chat(self)

        class Threads(http.server.ThreadingHTTPServer):
            request_queue_size = 512
            daemon_threads = True

            def handle_error(self, *_):
                pass

        self.server = Threads(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"

    def embed(self, handler, body):
        time.sleep(self.pause_s)
        texts = body["input"] if isinstance(body["input"], list) else [body["input"]]
        data = []
        for index, text in enumerate(texts):
            vector = [0.01] * self.dimensions
            for word in text.lower().split():
                vector[sum(word.encode()) % self.dimensions] += 1.0
            data.append({"object": "embedding", "index": index, "embedding": vector})
        answer = json.dumps({"object": "list", "data": data, "model": "fake", "usage": {}}).encode()
        handler.send_response(200)
        handler.send_header("content-type", "application/json")
        handler.send_header("content-length", str(len(answer)))
        handler.end_headers()
        handler.wfile.write(answer)

    def begin_stream(self, handler):
        handler.send_response(200)
        handler.send_header("content-type", "text/event-stream")
        handler.send_header("connection", "close")
        handler.end_headers()

    def obey(self, handler, body):
        self.begin_stream(handler)
        said = body["messages"][-1]["content"]
        call = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "delete_document", "arguments": "{}"}}
        deltas = [{"content": said[at:at + 7]} for at in range(0, len(said), 7)] + [{"tool_calls": [call]}]
        for delta in deltas:
            handler.wfile.write(f"data: {json.dumps({'choices': [{'index': 0, 'delta': delta}]})}\n\n".encode())
        end = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
        handler.wfile.write(f"data: {json.dumps(end)}\n\ndata: [DONE]\n\n".encode())
        handler.close_connection = True

    def chat(self, handler):
        self.begin_stream(handler)
        piece = json.dumps({"choices": [{"index": 0, "delta": {"content": self.piece}}]})
        self.chats_open += 1
        try:
            while True:
                handler.wfile.write(f"data: {piece}\n\n".encode())
                time.sleep(self.piece_s)
        except OSError:
            pass
        finally:
            self.chats_open -= 1
            handler.close_connection = True

    def embedding_settings(self):
        return {"embedding.kind": "openai", "embedding.base_url": self.url, "embedding.model": "fake",
                "embedding.dimensions": self.dimensions, "embedding.timeout_ms": 120000}

    def chat_settings(self):
        return {"chat.base_url": self.url, "chat.model": "fake"}


def unread_stream(server, question):
    """A connection that asks as a stream and reads nothing."""
    host, port = server.host.rsplit(":", 1)
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect((host, int(port)))
    body = json.dumps({"question": question}).encode()
    connection.sendall(f"POST /v1/ask HTTP/1.1\r\nhost: {server.host}\r\naccept: text/event-stream\r\ncontent-type: application/json\r\n"
                       f"content-length: {len(body)}\r\n\r\n".encode() + body)
    begun = connection.recv(12, socket.MSG_PEEK | socket.MSG_WAITALL)
    assert begun == b"HTTP/1.1 200", f"the stream does not begin: {begun}"
    return connection


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def pages(server, path):
    after = ""
    while True:
        page = server.ok("GET", f"{path}?limit=100{after}")
        yield from page["items"]
        if not page.get("next"):
            return
        after = f"&after={page['next']}"


def wait_until(condition, failure, patience=60):
    until = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < until, failure
        time.sleep(0.05)
