"""The official conformance suite of the Model Context Protocol against /mcp: mcp_conformance.py NODE http://host:port

Most scenarios of the suite call tools, prompts and resources of a sample server that is written for them. Those that a server with
tools of its own can pass are run here. Checks in them that need the sample server are counted apart.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

PROGRAM = Path(__file__).resolve().parent / "node_modules/@modelcontextprotocol/conformance/dist/index.js"
SCENARIOS = {
    "2025-11-25": ["server-initialize", "server-session-lifecycle", "ping", "tools-list", "server-sse-multiple-streams", "dns-rebinding-protection"],
    "2026-07-28": ["server-stateless", "tools-list", "caching", "http-header-validation", "sep-2164-resource-not-found",
                   "input-required-result-unsupported-methods", "server-sse-multiple-streams", "dns-rebinding-protection"],
}
# What the suite says of a check that needs its sample server, or a part of the protocol that a server may leave out.
NEEDS_SAMPLE_SERVER = ("Not testable:", "prompts/list returned JSON-RPC error -32601", "resources/list returned JSON-RPC error -32601",
                       "resources/templates/list returned JSON-RPC error -32601")


def run_scenario(node, url, revision, scenario):
    """The checks of one scenario."""
    with tempfile.TemporaryDirectory() as folder:
        command = [node, PROGRAM, "server", "--url", url, "--scenario", scenario, "--spec-version", revision, "-o", folder]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        found = list(Path(folder).glob("**/checks.json"))
        if not found:
            sys.exit(f"the suite did not run {scenario}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        return json.loads(found[0].read_text())


def main():
    node, base = sys.argv[1:3]
    failed = False
    for revision, scenarios in SCENARIOS.items():
        passed = left_out = 0
        for scenario in scenarios:
            for check in run_scenario(node, f"{base}/mcp", revision, scenario):
                message = check.get("errorMessage") or ""
                if check["status"] == "SUCCESS":
                    passed += 1
                elif check["status"] == "FAILURE" and any(known in message for known in NEEDS_SAMPLE_SERVER):
                    left_out += 1
                elif check["status"] == "FAILURE":
                    failed = True
                    print(f"FAIL {revision} {scenario} {check['id']}: {message[:300]}")
        print(f"{revision}: {passed} checks passed, {left_out} need the suite's sample server")
    sys.exit(1 if failed else 0)


main()
