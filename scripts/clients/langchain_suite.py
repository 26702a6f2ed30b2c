"""LangChain's own tests of retrievers and vector stores, run on examples/langchain_rag.py."""

import sys
import uuid
from pathlib import Path

import pytest
from langchain_tests.integration_tests import RetrieversIntegrationTests, VectorStoreIntegrationTests

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "examples"))

from langchain_rag import RagRetriever, RagVectorStore, call  # noqa: E402 the folder is added above


class TestRetriever(RetrieversIntegrationTests):
    @property
    def retriever_constructor(self):
        return RagRetriever

    @property
    def retriever_constructor_params(self):
        return {}

    @property
    def retriever_query_example(self):
        return "What is the capital of France?"


class TestVectorStore(VectorStoreIntegrationTests):
    @pytest.fixture()
    def vectorstore(self):
        collection = call("POST", "/v1/collections", {"name": f"langchain-{uuid.uuid4()}"})["id"]
        yield RagVectorStore(collection)
        call("DELETE", f"/v1/collections/{collection}")

    def test_a_text_of_several_lines_is_found(self, vectorstore):
        text = "First line\nsecond\tline\r\n\u202ethird"
        vectorstore.add_texts([text], ids=["1"])
        assert vectorstore.similarity_search("second line", k=1)[0].id == "1"
        assert vectorstore.get_by_ids(["1"])[0].page_content.split("\n")[0] == "First line"
