"""A retriever of Haystack over a `rag` server, in a pipeline: python haystack_retriever.py QUESTION"""

import json
import os
import sys
import urllib.request

from haystack import Document, Pipeline, component


@component
class RagRetriever:
    """Finds passages by words and by meaning in collections that the key may read; in all of them if `collections` is empty."""

    def __init__(self, url="http://127.0.0.1:8420", key=None, collections=(), top_k=5):
        self.url, self.key, self.collections, self.top_k = url, key, list(collections), top_k

    @component.output_types(documents=list[Document])
    def run(self, query: str):
        body = {"query": query, "plain": True, "limit": self.top_k, "collection_ids": self.collections}
        headers = {"content-type": "application/json", **({"authorization": f"Bearer {self.key}"} if self.key else {})}
        request = urllib.request.Request(f"{self.url}/v1/search", json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request) as answer:
            found = json.load(answer)["results"]
        fields = ("document_id", "title", "source", "page")
        return {"documents": [Document(id=passage["chunk_id"], content=passage["text"], score=passage["score"],
                                       meta={name: passage[name] for name in fields}) for passage in found]}


if __name__ == "__main__":
    pipeline = Pipeline()
    pipeline.add_component("retriever", RagRetriever(os.environ.get("RAG_URL", "http://127.0.0.1:8420"), os.environ.get("RAG_KEY"), top_k=3))
    for document in pipeline.run({"retriever": {"query": sys.argv[1]}})["retriever"]["documents"]:
        print(f"{document.score:.3f} {document.meta['title']}: {document.content[:80]!r}")
