#!/usr/bin/env python3
"""Measures how long a 49-byte file waits behind two large texts: small_upload_wait.py RAG [RAG ..] [--megabytes N].

Starts each binary in an empty folder with its own PostgreSQL, uploads two large texts, then the small file, and prints
the seconds until a search finds the small one. Stops waiting after --patience seconds.
"""

import argparse
import time

from server import serving

SMALL = b"Zirconium is a metal that resists corrosion well."


def large_text(number, size):
    lines, length = [], 0
    while length < size:
        lines.append(f"Line {len(lines)} of log {number}: the keeper of the lighthouse counted {len(lines) * 7} ships.\n\n")
        length += len(lines[-1])
    return "".join(lines).encode()


def measure(rag, size, patience):
    with serving(rag) as server:
        collection = server.ok("POST", "/v1/collections", {"name": "wait"})["id"]
        larges = [upload(server, collection, f"log-{number}.txt", large_text(number, size)) for number in range(2)]
        jobs = [f"/v1/jobs/{large['job']['id']}" for large in larges]
        while not all(server.ok("GET", job)["state"] == "running" for job in jobs):
            time.sleep(0.05)
        begun = time.monotonic()
        upload(server, collection, "small.txt", SMALL)
        query = {"query": "zirconium", "limit": 1, "mode": "lexical"}
        while time.monotonic() - begun < patience:
            found = server.ok("POST", "/v1/search", query)["results"]
            if found and "Zirconium" in found[0]["text"]:
                break
            time.sleep(0.1)
        waited = time.monotonic() - begun
        return waited, [server.ok("GET", job)["done"] for job in jobs]


def upload(server, collection, name, content):
    status, answer = server.upload(collection, name, content)
    assert status < 300, f"{name}: {status} {answer}"
    return answer


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
