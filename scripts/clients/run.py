"""Runs the official clients against a real server: run.py RAG. Exits with 1 if a check of theirs fails."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "drill"))

from server import serving  # noqa: E402 the folder is added above

HOME = os.environ.get("RAG_HOME") or str(Path.home() / ".cache/rag")
PYTHON = f"{HOME}/tools/clients/bin/python"
NODE = shutil.which("node") or f"{HOME}/tools/node/bin/node"
KEY = "kq7Zx92LmPw4RtYb8sVcHd31"


def seed(server):
    """A collection with a document, for the clients that cannot store one."""
    authorised = {"authorization": f"Bearer {KEY}"}
    status, made = server.call("POST", "/v1/collections", {"name": "Travel"}, authorised)
    assert status == 201, made
    text = {"title": "France", "text": "The capital of France is Paris."}
    status, sent = server.call("POST", f"/v1/collections/{made['id']}/texts", text, authorised)
    assert status == 202, sent
    job = sent["job"]["id"]
    while (state := server.call("GET", f"/v1/jobs/{job}", headers=authorised)[1]["state"]) != "done":
        assert state in ("queued", "running"), state


def main():
    rag = os.path.abspath(sys.argv[1])
    failed = []
    with serving(rag, {"server.key": KEY}) as server:
        seed(server)
        base = f"http://{server.host}"
        programs = {
            "PyPI openai": [PYTHON, HERE / "openai_calls.py", base, KEY],
            "npm openai": [NODE, HERE / "openai_calls.mjs", base, KEY],
            "PyPI mcp": [PYTHON, HERE / "mcp_calls.py", base, KEY, rag, f"{server.folder}/data"],
        }
        for name, command in programs.items():
            print(name, flush=True)
            if subprocess.run(command).returncode != 0:
                failed.append(name)
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


main()
