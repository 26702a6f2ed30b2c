#!/usr/bin/env python3
"""Measures how long a 49-byte file waits behind two large texts: small_upload_wait.py RAG [RAG ..] [--megabytes N].

Starts each binary in an empty folder with its own PostgreSQL, uploads two large texts, then the small file, and prints
the seconds until a search finds the small one. Stops waiting after --patience seconds.
"""

import argparse
import json
import os
import signal
import subprocess
import tempfile
import time
import urllib.request

SMALL = b"Zirconium is a metal that resists corrosion well."


def call(method, url, body=None, headers=None):
    request = urllib.request.Request(url, data=body, method=method, headers=headers or {})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def post(url, value):
    return call("POST", url, json.dumps(value).encode(), {"content-type": "application/json"})


def upload(base, collection, name, content):
    body = (b'--edge\r\nContent-Disposition: form-data; name="file"; filename="' + name.encode()
            + b'"\r\nContent-Type: text/plain\r\n\r\n' + content + b"\r\n--edge--\r\n")
    headers = {"content-type": "multipart/form-data; boundary=edge"}
    return call("POST", f"{base}/v1/collections/{collection}/documents", body, headers)


def large_text(number, size):
    lines, length = [], 0
    while length < size:
        lines.append(f"Line {len(lines)} of log {number}: the keeper of the lighthouse counted {len(lines) * 7} ships.\n\n")
        length += len(lines[-1])
    return "".join(lines).encode()


def start(rag, folder):
    log = open(f"{folder}/serve.log", "w")
    server = subprocess.Popen([rag, "serve", "--bind", "127.0.0.1:0"], cwd=folder, stdout=subprocess.PIPE, stderr=log,
                              text=True, env={**os.environ, "RAG_POSTGRES__DATA_DIR": f"{folder}/data"})
    for line in server.stdout:
        if line.startswith("API"):
            return server, line.split()[-1]
    raise SystemExit(f"{rag} does not start: {open(log.name).read()}")


def measure(rag, size, patience):
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)  # PostgreSQL runs as another user when we are root
        server, base = start(rag, folder)
        try:
            collection = post(f"{base}/v1/collections", {"name": "wait"})["id"]
            larges = [upload(base, collection, f"log-{number}.txt", large_text(number, size)) for number in range(2)]
            jobs = [f"{base}/v1/jobs/{large['job']['id']}" for large in larges]
            while not all(call("GET", job)["state"] == "running" for job in jobs):
                time.sleep(0.05)
            begun = time.monotonic()
            upload(base, collection, "small.txt", SMALL)
            while time.monotonic() - begun < patience:
                found = post(f"{base}/v1/search", {"query": "zirconium", "limit": 1, "mode": "lexical"})["results"]
                if found and "Zirconium" in found[0]["text"]:
                    break
                time.sleep(0.1)
            waited = time.monotonic() - begun
            done = [call("GET", job)["done"] for job in jobs]
            return waited, done
        finally:
            server.send_signal(signal.SIGINT)
            server.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rag", nargs="+")
    parser.add_argument("--megabytes", type=float, default=10)
    parser.add_argument("--patience", type=float, default=180)
    args = parser.parse_args()
    print(f"{'binary':50} {'small file found after':>24}   chunks of the large ones stored by then")
    for rag in args.rag:
        waited, done = measure(rag, int(args.megabytes * 1_000_000), args.patience)
        found = f"{waited:.1f} s" if waited < args.patience else f"not within {args.patience:.0f} s"
        print(f"{rag[-50:]:50} {found:>24}   {done[0]} and {done[1]}", flush=True)


if __name__ == "__main__":
    main()
