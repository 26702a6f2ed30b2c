"""Sends generated requests to every operation of a real server and compares the responses with the OpenAPI document: run.py RAG [SECONDS]

Exits with 1 if schemathesis finds a fault; its report names the request of each. `schemathesis.toml` says which answers are none.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent / "drill"))

from server import serving  # noqa: E402 the folder is added above

HOME = os.environ.get("RAG_HOME") or str(Path.home() / ".cache/rag")
# Every interface is on, and no limit of attempts ends the run early.
SETTINGS = {
    "server.attempts_per_minute": 0,
    "accounts.registration": "open",
    "dify.enabled": "true",
    "open_webui.enabled": "true",
    "librechat.jwt_secret": "0123456789abcdef0123456789abcdef0123",
}
# The first four would end the account or the key of the run itself, after which every answer is 401. The last one takes JSON lines, which
# the fuzzer cannot write.
EXCLUDED = ["DELETE /v1/me", "DELETE /v1/keys/{id}", "DELETE /v1/users/{id}", "PATCH /v1/users/{id}", "POST /v1/collections/{id}/documents/bulk"]


def key_of_new_account(server):
    account = {"email": "fuzz@example.org", "password": "a very long pass phrase 77", "display_name": "Fuzz", "organisation": "Fuzz"}
    status, registered = server.call("POST", "/v1/register", account)
    assert status == 201, registered
    login = {"authorization": f"Bearer {registered['tokens']['access_token']}"}
    status, made = server.call("POST", "/v1/keys", {"name": "fuzz", "scopes": ["read", "ask", "write", "manage"]}, login)
    assert status == 201, made
    return made["key"]


def main():
    rag, seconds = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "900"
    with tempfile.TemporaryDirectory(prefix="rag-fuzz-") as folder:
        os.chmod(folder, 0o755)  # PostgreSQL runs as another user when we are root
        with serving(rag, SETTINGS, folder) as server:
            key = key_of_new_account(server)
            excluded = [argument for name in EXCLUDED for argument in ("--exclude-name", name)]
            done = subprocess.run(
                [f"{HOME}/tools/fuzz/bin/schemathesis", "--config-file", HERE / "schemathesis.toml", "run", ROOT / "docs/openapi.json",
                 "--url", f"http://{server.host}", "--header", f"Authorization: Bearer {key}", "--max-time", seconds, *excluded],
                cwd=folder, check=False)
            status, _ = server.call("GET", "/ready")
            assert status == 200, "the server is not ready after the run"
            assert_alive(server, key)
    sys.exit(1 if done.returncode else 0)


def assert_alive(server, key):
    """A run whose key stops working tests only that."""
    status, me = server.call("GET", "/v1/me", headers={"authorization": f"Bearer {key}"})
    assert status == 200, f"the account of the run is gone: {json.dumps(me)}"


if __name__ == "__main__":
    main()
