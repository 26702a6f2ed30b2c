"""Runs the official clients, their conformance suites and the examples against a real server: run.py RAG [NAME ..]

Exits with 1 if a check fails. A NAME selects the programs whose names contain it.
"""

import functools
import http.server
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import urllib.parse
from pathlib import Path

HERE = Path(__file__).resolve().parent
EXAMPLES = HERE.parents[1] / "examples"
sys.path.insert(0, str(HERE.parent / "drill"))

from server import serving  # noqa: E402 the folder is added above

HOME = os.environ.get("RAG_HOME") or str(Path.home() / ".cache/rag")
PYTHON = f"{HOME}/tools/clients/bin/python"
NODE = str(HERE / "node")
KEY = "kq7Zx92LmPw4RtYb8sVcHd31"
QUESTION = "What is the capital of France?"


CAPITALS = {"Travel": {"France": "Paris"}, "Europe": {"Italy": "Rome", "Spain": "Madrid", "Greece": "Athens"}}


def seed(server, key=KEY):
    """Collections with documents, for the clients that cannot store any."""
    authorised = {"authorization": f"Bearer {key}"}
    for name, capitals in CAPITALS.items():
        status, made = server.call("POST", "/v1/collections", {"name": name}, authorised)
        assert status == 201, made
        for country, capital in capitals.items():
            text = {"title": country, "text": f"The capital of {country} is {capital}."}
            status, sent = server.call("POST", f"/v1/collections/{made['id']}/texts", text, authorised)
            assert status == 202, sent
            job = sent["job"]["id"]
            while (state := server.call("GET", f"/v1/jobs/{job}", headers=authorised)[1]["state"]) != "done":
                assert state in ("queued", "running"), state


def programs(base, rag, data, javascript):
    """Each program by its name. `javascript` holds the examples that need npm's packages."""
    pytest = [PYTHON, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "ignore", "-o", "asyncio_mode=auto", "-o",
              "asyncio_default_fixture_loop_scope=function"]
    return {
        "PyPI openai": [PYTHON, HERE / "openai_calls.py", base, KEY],
        "npm openai": [NODE, HERE / "openai_calls.mjs", base, KEY],
        "npm @ai-sdk/open-responses": [NODE, HERE / "open_responses_calls.mjs", base, KEY],
        "generated Python client": [PYTHON, HERE / "python_client_calls.py", base, KEY],
        "PyPI mcp": [PYTHON, HERE / "mcp_calls.py", base, KEY, rag, data],
        "langchain-tests": [*pytest, HERE / "langchain_suite.py"],
        "haystack.testing": [*pytest, HERE / "haystack_suite.py"],
        "example curl.sh": [EXAMPLES / "curl.sh", QUESTION],
        "example openai_client.py": [PYTHON, EXAMPLES / "openai_client.py", QUESTION],
        "example python_client.py": [PYTHON, EXAMPLES / "python_client.py", QUESTION],
        "example openai_client.ts": [NODE, javascript / "openai_client.ts", QUESTION],
        "example ai_sdk.mjs": [NODE, javascript / "ai_sdk.mjs", QUESTION],
        "example langchain_rag.py": [PYTHON, EXAMPLES / "langchain_rag.py", QUESTION],
        "example llamaindex_retriever.py": [PYTHON, EXAMPLES / "llamaindex_retriever.py", QUESTION],
        "example haystack_rag.py": [PYTHON, EXAMPLES / "haystack_rag.py", QUESTION],
    }


def run(name, command, environment):
    """Whether a program passes. An example must also print what the document says."""
    print(name, flush=True)
    if not name.startswith("example"):
        return subprocess.run(command, env=environment).returncode == 0
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True)
    print(done.stdout, end="", flush=True)
    return done.returncode == 0 and "Paris" in done.stdout


def main():
    rag, wanted = os.path.abspath(sys.argv[1]), sys.argv[2:]
    is_wanted = lambda name: not wanted or any(part in name for part in wanted)  # noqa: E731 used twice
    failed = []
    with tempfile.TemporaryDirectory(prefix="rag-clients-") as folder:
        javascript = Path(folder)
        for name in ("openai_client.ts", "ai_sdk.mjs"):
            shutil.copy(EXAMPLES / name, javascript)
        (javascript / "node_modules").symlink_to(HERE / "node_modules")
        (javascript / "package.json").write_text('{"type": "module"}')
        with serving(rag, {"server.key": KEY}) as server:
            seed(server)
            base = f"http://{server.host}"
            # `make python-client` writes the client there.
            environment = {**os.environ, "RAG_URL": base, "RAG_KEY": KEY, "HAYSTACK_TELEMETRY_ENABLED": "False",
                           "PYTHONPATH": f"{HOME}/python-client"}
            for name, command in programs(base, rag, f"{server.folder}/data", javascript).items():
                if is_wanted(name) and not run(name, command, environment):
                    failed.append(name)
    # These send no key.
    for name, passes in (("MCP conformance", conforms), ("example event_source.html", shows_answer)):
        if is_wanted(name):
            print(name, flush=True)
            if not passes(rag):
                failed.append(name)
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


def conforms(rag):
    """Whether the conformance suite of the Model Context Protocol passes."""
    with serving(rag) as server:
        return subprocess.run([PYTHON, HERE / "mcp_conformance.py", NODE, f"http://{server.host}"]).returncode == 0


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def shows_answer(rag):
    """Whether the page of the example shows an answer to the end, in Chromium."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if not chromium:
        print("left out: Chromium is missing")
        return True
    pages = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=EXAMPLES))
    threading.Thread(target=pages.serve_forever, daemon=True).start()
    origin = f"http://127.0.0.1:{pages.server_port}"
    with serving(rag, {"server.cors_origins": f'["{origin}"]'}) as server:
        seed(server, "none")
        query = urllib.parse.urlencode({"url": f"http://{server.host}", "question": QUESTION})
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
                 "--virtual-time-budget=60000", "--timeout=60000", "--dump-dom"]
        page = subprocess.run([chromium, *flags, f"{origin}/event_source.html?{query}"], capture_output=True, text=True, timeout=120).stdout
    pages.shutdown()
    print(page[page.find('<p id="answer">'):page.find("<script")])
    return "Paris" in page and '<p id="state">done</p>' in page


main()
