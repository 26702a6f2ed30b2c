"""Haystack's document store and retriever over a `rag` server: python haystack_rag.py QUESTION"""

import json
import logging
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

from haystack import Document, Pipeline, component, default_from_dict, default_to_dict
from haystack.document_stores.errors import DocumentStoreError, DuplicateDocumentError
from haystack.document_stores.types import DuplicatePolicy
from haystack.errors import FilterError
from haystack.utils import Secret
from haystack.utils.filters import document_matches_filter

URL = os.environ.get("RAG_URL", "http://127.0.0.1:8420")
KEY = Secret.from_env_var("RAG_KEY", strict=False)
# Haystack's comparisons and the server's.
OPERATORS = {"==": "eq", "!=": "ne", ">": "gt", ">=": "gte", "<": "lt", "<=": "lte", "in": "in", "not in": "nin"}
# Fields of a document that filters cannot name: they are not stored, or not with the metadata.
UNKNOWN_FIELDS = {"content", "blob", "score", "embedding", "sparse_embedding"}

logger = logging.getLogger(__name__)


class RagDocumentStore:
    """A collection as a document store; without a name, all collections that the key may read, which only a retriever can use.

    The server embeds the texts, so embeddings are not stored, and neither are blobs. The id of a document is the `source` of its
    document on the server. A collection stores equal texts once: a second one is left out with a warning. Filters cannot name
    `content`. `filter_documents` reads the whole list and compares here; a retriever's filters run on the server.
    """

    def __init__(self, collection: str | None = None, url: str = URL, key: Secret = KEY):
        self.collection, self.url, self.key = collection, url, key
        self._id = None

    def to_dict(self):
        return default_to_dict(self, collection=self.collection, url=self.url, key=self.key)

    @classmethod
    def from_dict(cls, data):
        return default_from_dict(cls, data)

    def count_documents(self):
        return sum(1 for _ in self._list())

    def filter_documents(self, filters=None):
        check_fields(filters or {})
        found = [(stored["id"], Document(id=stored["source"], meta=stored["metadata"])) for stored in self._list()]
        wanted = [(stored, document) for stored, document in found if not filters or document_matches_filter(filters, document)]
        for stored, document in wanted:
            document.content = self._send("GET", f"/v1/documents/{stored}/content").decode()
        return [document for _, document in wanted]

    def write_documents(self, documents, policy=DuplicatePolicy.NONE):
        """Stores documents, waits until they can be found, and returns their number.

        Without a policy, a known id is an error. A document that is overwritten is deleted first.
        """
        if not isinstance(documents, list) or not all(isinstance(document, Document) for document in documents):
            raise ValueError("cannot write documents: a list of haystack.Document is needed")
        known, jobs, written = {stored["source"]: stored["id"] for stored in self._list()}, [], 0
        for document in documents:
            if document.id in known:
                if policy == DuplicatePolicy.SKIP:
                    continue
                if policy != DuplicatePolicy.OVERWRITE:
                    raise DuplicateDocumentError(f"cannot write document '{document.id}': the id is known")
                self._call("DELETE", f"/v1/documents/{known[document.id]}")
            if stored := self._store(document):
                known[document.id] = stored["document"]["id"]
                jobs.append(stored["job"]["id"])
                written += 1
        for job in jobs:
            self._wait(job)
        return written

    def delete_documents(self, document_ids):
        """Deletes documents; ids that are not known have no effect."""
        known = {stored["source"]: stored["id"] for stored in self._list()}
        for document in set(document_ids) & known.keys():
            self._call("DELETE", f"/v1/documents/{known[document]}")

    def search(self, query, top_k, filters=None):
        """The passages that fit a query best, of all documents that pass the filters."""
        body = {"query": query, "plain": True, "limit": top_k, "filter": server_filter(filters) if filters else None,
                "collection_ids": [self._collection()] if self.collection else []}
        facts = ("document_id", "title", "source", "page")
        return [Document(id=passage["chunk_id"], content=passage["text"], score=passage["score"],
                         meta={**passage["metadata"], **{name: passage[name] for name in facts}})
                for passage in self._call("POST", "/v1/search", body)["results"]]

    def _store(self, document):
        """The stored document with its job; `None` if the collection has its text under another id."""
        if not document.content:
            raise ValueError(f"cannot write document '{document.id}': it has no text")
        title = "".join(letter for letter in " ".join(document.content.split()) if letter.isprintable())[:80]
        body = {"title": title.strip() or "Untitled", "text": document.content, "source": document.id, "metadata": document.meta}
        stored = self._call("POST", f"/v1/collections/{self._collection()}/texts", body)
        if not stored["duplicate"]:
            return stored
        logger.warning("document '%s' is left out: document '%s' has the same text", document.id, stored["document"]["source"])
        return None

    def _wait(self, job):
        while (state := self._call("GET", f"/v1/jobs/{job}"))["state"] in ("queued", "running"):
            time.sleep(0.1)
        if state["state"] != "done":
            raise DocumentStoreError(f"cannot write a document: {state['problem']['detail']}")

    def _collection(self):
        """The id of the collection, which is created if there is none of that name."""
        if not self.collection:
            raise DocumentStoreError("cannot read or write documents: name a collection")
        if not self._id:
            named = (found["id"] for found in self._pages("/v1/collections") if found["name"] == self.collection)
            self._id = next(named, None) or self._call("POST", "/v1/collections", {"name": self.collection})["id"]
        return self._id

    def _list(self):
        return self._pages(f"/v1/collections/{self._collection()}/documents")

    def _pages(self, path):
        page = {"next": ""}
        while (after := page.get("next")) is not None:
            page = self._call("GET", f"{path}?" + urllib.parse.urlencode({"limit": 200, **({"after": after} if after else {})}))
            yield from page["items"]

    def _call(self, method, path, body=None):
        """The JSON that the server answers."""
        answer = self._send(method, path, body)
        return json.loads(answer) if answer else None

    def _send(self, method, path, body=None):
        """The bytes that the server answers; an error has its explanation."""
        key = self.key.resolve_value()
        headers = {"content-type": "application/json", **({"authorization": f"Bearer {key}"} if key else {})}
        data = None if body is None else json.dumps(body).encode()
        try:
            with urllib.request.urlopen(urllib.request.Request(self.url + path, data, headers, method=method)) as answer:
                return answer.read()
        except urllib.error.HTTPError as error:
            problem = json.load(error)
            refused = [f"{field['field']}: {field['detail']}" for field in problem.get("errors", [])]
            raise DocumentStoreError(" ".join([problem["detail"], *refused])) from error


@component
class RagRetriever:
    """Finds passages by words and by meaning. A passage is a part of a document, whose id is in `meta`, as `source`."""

    def __init__(self, document_store: RagDocumentStore, top_k: int = 5):
        self.document_store, self.top_k = document_store, top_k

    @component.output_types(documents=list[Document])
    def run(self, query: str, filters: dict | None = None, top_k: int | None = None):
        return {"documents": self.document_store.search(query, top_k or self.top_k, filters)}


def check_fields(filters):
    for condition in filters.get("conditions", ()):
        check_fields(condition)
    if filters.get("field") in UNKNOWN_FIELDS:
        raise FilterError(f"cannot filter by '{filters['field']}': name 'id' or a field of 'meta'")


def server_filter(filters):
    """Haystack's filter in the server's form."""
    check_fields(filters)
    try:
        if "field" in filters:
            field = {"id": "document.source"}.get(filters["field"]) or "metadata." + filters["field"].removeprefix("meta.")
            return {"type": OPERATORS[filters["operator"]], "key": field, "value": filters["value"]}
        parts = [server_filter(condition) for condition in filters["conditions"]]
        if filters["operator"] == "NOT":
            return {"$not": {"type": "and", "filters": parts}}
        return {"type": {"AND": "and", "OR": "or"}[filters["operator"]], "filters": parts}
    except KeyError as missing:
        raise FilterError(f"cannot read the filter {filters}: {missing} is missing or unknown") from missing


if __name__ == "__main__":
    pipeline = Pipeline()
    pipeline.add_component("retriever", RagRetriever(RagDocumentStore(), top_k=3))
    for document in pipeline.run({"retriever": {"query": sys.argv[1]}})["retriever"]["documents"]:
        print(f"{document.score:.3f} {document.meta['title']}: {document.content[:80]!r}")
