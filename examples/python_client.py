"""Asks through the generated client, then reads another answer as a stream: python python_client.py QUESTION [FILE]

A FILE is uploaded into a collection of its own first, and the answers come from it.
"""

import json
import os
import sys
import time
from pathlib import Path

import httpx
from rag_client import AuthenticatedClient
from rag_client.api.answers import ask
from rag_client.api.collections import create_collection
from rag_client.api.documents import upload_document
from rag_client.api.jobs import get_job
from rag_client.models import AskBody, CreateCollectionBody, Problem, UploadForm
from rag_client.types import File

client = AuthenticatedClient(
    os.environ.get("RAG_URL", "http://127.0.0.1:8420"), os.environ.get("RAG_KEY", "none"),
    raise_on_unexpected_status=True, timeout=httpx.Timeout(120),
)


def checked(answer):
    """The answer; an error ends the program with its explanation."""
    if isinstance(answer, Problem):
        refused = [f"{error.field}: {error.detail}" for error in answer.errors or []]
        sys.exit("\n".join([f"{answer.title}: {answer.detail}", *refused]))
    return answer


def upload(path):
    """Stores a file, waits until it can be found, and returns the id of its collection."""
    name = f"{path.name}, {time.strftime('%Y-%m-%d %H:%M:%S')}"
    collection = checked(create_collection.sync(client=client, body=CreateCollectionBody(name)))
    with path.open("rb") as file:
        stored = checked(upload_document.sync(collection.id, client=client, body=UploadForm(File(file, path.name))))
    while (job := checked(get_job.sync(stored.job.id, client=client))).state in ("queued", "running"):
        time.sleep(0.2)
    if job.state != "done":
        sys.exit(job.problem["detail"])
    return collection.id


def pieces(question):
    """The answer's text as the server writes it. The client reads whole answers, so its `httpx` reads the events."""
    accept = {"accept": "text/event-stream"}
    with client.get_httpx_client().stream("POST", "/v1/ask", json=question.to_dict(), headers=accept) as stream:
        event = None
        for line in stream.raise_for_status().iter_lines():
            field, _, value = line.partition(": ")
            if field == "event":
                event = value
            elif field == "data" and event == "token":
                yield json.loads(value)["text"]


question = AskBody(sys.argv[1], collection_ids=[upload(Path(name)) for name in sys.argv[2:]])
answer = checked(ask.sync(client=client, body=question)).answer
print(answer.text)
for citation in answer.citations:
    print(f"[{citation.marker}] {citation.title}: {citation.quote!r}")

for piece in pieces(question):
    print(piece, end="", flush=True)
print()
