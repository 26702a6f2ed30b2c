"""Calls of the generated Python client against /v1: python_client_calls.py http://host:port KEY"""

import io
import json
import sys
import time

import httpx
from checks import Checks
from rag_client import AuthenticatedClient, Client
from rag_client.api.accounts import export_me, get_me
from rag_client.api.answers import ask, ask_in_session, put_feedback, stream_events
from rag_client.api.collections import create_collection, delete_collection, get_collection
from rag_client.api.documents import create_text, delete_document, get_document_content, get_document_text, list_documents, upload_document
from rag_client.api.health import ready
from rag_client.api.jobs import get_job
from rag_client.api.search import search
from rag_client.api.sessions import create_session, delete_session, export_session, list_messages, list_sessions, update_session
from rag_client.models import (
    AskBody, CreateCollectionBody, CreateSessionBody, CreateTextBody, CreateTextBodyMetadataType0, FeedbackBody, FeedbackBodyRating,
    Problem, SearchBody, SearchBodyFilterType0, SearchMode, UpdateSessionBody, UploadForm,
)
from rag_client.types import File

BASE, KEY = sys.argv[1:3]
QUESTION = "What is the capital of Norway?"
NORWAY = "# Norway\n\nThe capital of Norway is Oslo – “the city of tigers”. 挪威的首都是奥斯陆。".encode()

client = AuthenticatedClient(BASE, KEY, raise_on_unexpected_status=True, timeout=httpx.Timeout(60))
checks = Checks()
check = checks.check


def finished(job):
    """The job's state at its end."""
    while (found := get_job.sync(job.id, client=client)).state in ("queued", "running"):
        time.sleep(0.1)
    return found.state


def documents(collection):
    """The checks of documents; the one that stays."""
    form = UploadForm(File(io.BytesIO(NORWAY), "norway.md", "text/markdown"), metadata='{"year": 2024}', title="Norwegen – 挪威")
    accepted = check("upload_document", lambda: upload_document.sync(collection.id, client=client, body=form))
    check("get_job", lambda: finished(accepted.job) == "done")
    check("the title is as sent", lambda: accepted.document.title == "Norwegen – 挪威")
    check("get_document_content", lambda: get_document_content.sync(accepted.document.id, client=client).payload.read() == NORWAY)
    check("get_document_text", lambda: "奥斯陆" in get_document_text.sync(accepted.document.id, client=client).text)
    again = UploadForm(File(io.BytesIO(NORWAY), "norway.md", "text/markdown"))
    check("the same bytes under the same name are stored once", lambda: upload_document.sync(collection.id, client=client, body=again).duplicate)
    metadata = CreateTextBodyMetadataType0.from_dict({"year": 1990, "tags": ["rock"]})
    text = CreateTextBody("Granite", "Granite is an igneous rock.", metadata=metadata)
    other = check("create_text", lambda: create_text.sync(collection.id, client=client, body=text))
    check("its job ends", lambda: finished(other.job) == "done")
    check("list_documents", lambda: len(list_documents.sync(collection.id, client=client, limit=1).items) == 1)
    check("and the next page", lambda: list_documents.sync(
        collection.id, client=client, after=list_documents.sync(collection.id, client=client, limit=1).next_).items[0].id == accepted.document.id)
    check("delete_document", lambda: delete_document.sync_detailed(other.document.id, client=client).status_code == 204)
    return accepted.document


def searches(collection, document):
    def find(**options):
        return search.sync(client=client, body=SearchBody(QUESTION, collection_ids=[collection.id], **options)).results

    check("search", lambda: find()[0].document_id == document.id)
    check("search, metadata of a result", lambda: find()[0].metadata["year"] == 2024)
    check("search, highlights", lambda: find(highlight=True)[0].highlights[0][1] > 0)
    check("search, by words only", lambda: not find(mode=SearchMode.LEXICAL)[0].dense)
    nothing = SearchBodyFilterType0.from_dict({"type": "eq", "key": "year", "value": 2025})
    check("search, filter", lambda: find(filter_=nothing) == [])


def turns(collection, document):
    body = AskBody(QUESTION, collection_ids=[collection.id])
    turn = check("ask", lambda: ask.sync(client=client, body=body))
    check("it answers", lambda: turn.answer.outcome == "answered" and "Oslo" in turn.answer.text)
    check("it cites the document", lambda: turn.answer.citations[0].document_id == document.id)
    session = check("create_session", lambda: create_session.sync(client=client, body=CreateSessionBody(title="Capitals – 首都")))
    follow = check("ask_in_session", lambda: ask_in_session.sync(session.id, client=client, body=body))
    check("list_messages", lambda: [item.sender for item in list_messages.sync(session.id, client=client).items] == ["user", "assistant"])
    check("list_sessions", lambda: {session.id, turn.session_id} <= {item.id for item in list_sessions.sync(client=client).items})
    check("update_session", lambda: update_session.sync(session.id, client=client, body=UpdateSessionBody(title="Cities")).title == "Cities")
    check("put_feedback", lambda: put_feedback.sync(
        session.id, follow.answer.message_id, client=client, body=FeedbackBody(FeedbackBodyRating.UP)).rating == "up")
    check("export_session", lambda: "Oslo" in export_session.sync(session.id, client=client))
    check("stream_events, of a turn that has ended", lambda: "event: done" in (
        stream_events.sync(session.id, follow.answer.message_id, client=client) or ""))
    check("ask, as a stream", lambda: "Oslo" in streamed(body))
    check("delete_session", lambda: delete_session.sync_detailed(session.id, client=client).status_code == 204)


def streamed(body):
    """The answer, from the stream's events; the client's own `httpx` reads them."""
    event, said = "", ""
    accept = {"accept": "text/event-stream"}
    with client.get_httpx_client().stream("POST", "/v1/ask", json=body.to_dict(), headers=accept) as stream:
        for line in stream.iter_lines():
            if line.startswith("event: "):
                event = line.removeprefix("event: ")
            elif line.startswith("data: ") and event == "token":
                said += json.loads(line.removeprefix("data: "))["text"]
    return said


def problems(collection):
    def is_problem(answer, code):
        return isinstance(answer, Problem) and answer.code == code and len(answer.detail) > 10

    check("a wrong key", lambda: is_problem(get_me.sync(client=AuthenticatedClient(BASE, "wrong")), "unauthorized"))
    check("no key", lambda: is_problem(get_me.sync(client=Client(BASE)), "unauthorized"))
    check("an empty question", lambda: is_problem(ask.sync(client=client, body=AskBody("")), "invalid"))
    check("it names the field", lambda: ask.sync(client=client, body=AskBody("")).errors[0].field == "question")
    twice = CreateCollectionBody(collection.name)
    check("a name that is taken", lambda: is_problem(create_collection.sync(client=client, body=twice), "conflict"))
    unread = UploadForm(File(io.BytesIO(b""), "empty.txt", "text/plain"))
    check("an empty file", lambda: isinstance(upload_document.sync(collection.id, client=client, body=unread), Problem))


def main():
    check("ready", lambda: ready.sync(client=Client(BASE)).status == "ready")
    check("get_me", lambda: not isinstance(get_me.sync(client=client), Problem))
    collection = check("create_collection", lambda: create_collection.sync(client=client, body=CreateCollectionBody("Norden – 北欧")))
    check("get_collection", lambda: get_collection.sync(collection.id, client=client) == collection)
    document = documents(collection)
    searches(collection, document)
    turns(collection, document)
    problems(collection)
    check("export_me", lambda: json.loads(export_me.sync(client=client).payload.readline())["kind"] == "account")
    check("delete_collection", lambda: delete_collection.sync_detailed(collection.id, client=client).status_code == 204)
    check("it is not found afterwards", lambda: get_collection.sync(collection.id, client=client).code == "not_found")
    checks.end()


main()
