"""LangChain's retriever and vector store over a `rag` server: python langchain_rag.py QUESTION"""

import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.vectorstores import VectorStore

URL = os.environ.get("RAG_URL", "http://127.0.0.1:8420")
KEY = os.environ.get("RAG_KEY")


def call(method, path, body=None):
    """The JSON that the server answers; an error has its explanation."""
    headers = {"content-type": "application/json", **({"authorization": f"Bearer {KEY}"} if KEY else {})}
    data = None if body is None else json.dumps(body).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(URL + path, data, headers, method=method)) as answer:
            text = answer.read()
    except urllib.error.HTTPError as error:
        raise RuntimeError(json.load(error)["detail"]) from error
    return json.loads(text) if text else None


class RagRetriever(BaseRetriever):
    """Finds passages by words and by meaning in collections that the key may read."""

    k: int = 5
    # Ids of collections; all if empty.
    collections: list[str] = []

    def _get_relevant_documents(self, query, *, run_manager, k=None):
        body = {"query": query, "plain": True, "limit": k or self.k, "collection_ids": self.collections}
        fields = ("document_id", "title", "source", "page", "start_offset", "end_offset", "score")
        return [Document(passage["text"], id=passage["chunk_id"], metadata={name: passage[name] for name in fields})
                for passage in call("POST", "/v1/search", body)["results"]]


class RagVectorStore(VectorStore):
    """A collection as a vector store. The server embeds the texts, so there is no embedding to pass.

    The id of a text is the `source` of its document. A collection stores equal texts once, under the first id.
    """

    def __init__(self, collection):
        self.collection = collection

    @classmethod
    def from_texts(cls, texts, embedding=None, metadatas=None, *, ids=None, name=None, **kwargs):
        store = cls(call("POST", "/v1/collections", {"name": name or f"langchain-{uuid.uuid4()}"})["id"])
        store.add_texts(texts, metadatas, ids=ids)
        return store

    def add_texts(self, texts, metadatas=None, *, ids=None, **kwargs):
        texts = list(texts)
        metadatas = metadatas or [{} for _ in texts]
        given = ids or [None] * len(texts)
        names = [name or str(uuid.uuid4()) for name in given]
        jobs = []
        for text, metadata, name, is_given in zip(texts, metadatas, names, given, strict=True):
            before = self._find(name) if is_given else None
            title = "".join(letter for letter in " ".join(text.split()) if letter.isprintable())[:80]
            body = {"title": title.strip() or "Untitled", "text": text, "source": name, "metadata": metadata}
            stored = call("POST", f"/v1/collections/{self.collection}/texts", body)
            if before and before != stored["document"]["id"]:
                call("DELETE", f"/v1/documents/{before}")
            jobs.append(stored["job"])
        for job in filter(None, jobs):
            while (state := call("GET", f"/v1/jobs/{job['id']}"))["state"] in ("queued", "running"):
                time.sleep(0.1)
            if state["state"] != "done":
                raise RuntimeError(state["problem"]["detail"])
        return names

    def similarity_search_with_score(self, query, k=4, filter=None, **kwargs):
        found = self._search({"query": query, "plain": True, "limit": k, "filter": filter})
        return [(Document(passage["text"], id=passage["source"], metadata=passage["metadata"]), passage["score"])
                for passage in found]

    def similarity_search(self, query, k=4, **kwargs):
        return [document for document, _ in self.similarity_search_with_score(query, k, **kwargs)]

    def _select_relevance_score_fn(self):
        return lambda score: score

    def get_by_ids(self, ids, /):
        documents = []
        for name in ids:
            if (document := self._find(name)) is not None:
                text = call("GET", f"/v1/documents/{document}/text")["text"]
                metadata = call("GET", f"/v1/documents/{document}")["metadata"]
                documents.append(Document(text, id=name, metadata=metadata))
        return documents

    def delete(self, ids=None, **kwargs):
        for document in filter(None, map(self._find, ids or [])):
            call("DELETE", f"/v1/documents/{document}")
        return True

    def _search(self, body):
        return call("POST", "/v1/search", {"collection_ids": [self.collection], **body})["results"]

    def _find(self, name):
        """The document of that id; `None` if there is none."""
        by_source = {"type": "eq", "key": "document.source", "value": name}
        found = self._search({"query": name, "plain": True, "mode": "dense", "limit": 1, "filter": by_source})
        return found[0]["document_id"] if found else None


if __name__ == "__main__":
    for document in RagRetriever(k=3).invoke(sys.argv[1]):
        print(f"{document.metadata['title']}: {document.page_content[:80]!r}")
