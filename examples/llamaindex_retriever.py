"""LlamaIndex's retriever over a `rag` server: python llamaindex_retriever.py QUESTION"""

import json
import os
import sys
import urllib.request

from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeWithScore, TextNode


class RagRetriever(BaseRetriever):
    """Finds passages by words and by meaning in collections that the key may read; in all of them if `collections` is empty."""

    def __init__(self, url="http://127.0.0.1:8420", key=None, collections=(), k=5):
        self.url, self.key, self.collections, self.k = url, key, list(collections), k
        super().__init__()

    def _retrieve(self, query_bundle):
        body = {"query": query_bundle.query_str, "plain": True, "limit": self.k, "collection_ids": self.collections}
        headers = {"content-type": "application/json", **({"authorization": f"Bearer {self.key}"} if self.key else {})}
        request = urllib.request.Request(f"{self.url}/v1/search", json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request) as answer:
            found = json.load(answer)["results"]
        fields = ("document_id", "title", "source", "page")
        return [NodeWithScore(node=TextNode(id_=passage["chunk_id"], text=passage["text"],
                                            metadata={name: passage[name] for name in fields}), score=passage["score"])
                for passage in found]


if __name__ == "__main__":
    retriever = RagRetriever(os.environ.get("RAG_URL", "http://127.0.0.1:8420"), os.environ.get("RAG_KEY"), k=3)
    for found in retriever.retrieve(sys.argv[1]):
        print(f"{found.score:.3f} {found.node.metadata['title']}: {found.node.text[:80]!r}")
