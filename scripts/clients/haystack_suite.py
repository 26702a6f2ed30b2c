"""Haystack's own tests of document stores, run on examples/haystack_rag.py, and tests of its retriever."""

import json
import sys
import uuid
from pathlib import Path

import pytest
from haystack import Document, Pipeline
from haystack.document_stores.errors import DocumentStoreError, DuplicateDocumentError
from haystack.document_stores.types import DuplicatePolicy
from haystack.errors import FilterError
from haystack.testing.document_store import DocumentStoreBaseTests, create_filterable_docs
from haystack.utils.filters import document_matches_filter

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "examples"))

from haystack_rag import RagDocumentStore, RagRetriever  # noqa: E402 the folder is added above

FILTERS = [
    {"field": "meta.number", "operator": "==", "value": -10},
    {"field": "meta.number", "operator": "==", "value": None},
    {"field": "meta.number", "operator": "!=", "value": 2},
    {"field": "meta.number", "operator": ">", "value": -10},
    {"field": "meta.date", "operator": "<=", "value": "1972-12-11T19:54:58"},
    {"field": "meta.name", "operator": "in", "value": ["name_0", "zeros_doc"]},
    {"field": "meta.name", "operator": "not in", "value": ["name_0"]},
    {"operator": "AND", "conditions": [{"field": "meta.page", "operator": "==", "value": "90"},
                                       {"field": "meta.name", "operator": "==", "value": "name_1"}]},
    {"operator": "NOT", "conditions": [{"field": "meta.number", "operator": "<", "value": 0},
                                       {"operator": "OR", "conditions": [{"field": "meta.name", "operator": "==", "value": "name_2"},
                                                                         {"field": "meta.page", "operator": "==", "value": "123"}]}]},
]


def throw_away():
    store = RagDocumentStore(f"haystack-{uuid.uuid4()}")
    yield store
    store._call("DELETE", f"/v1/collections/{store._collection()}")


@pytest.fixture()
def document_store():
    yield from throw_away()


@pytest.fixture()
def filterable_docs():
    return create_filterable_docs()


class TestDocumentStore(DocumentStoreBaseTests):
    @pytest.fixture()
    def document_store(self):
        yield from throw_away()

    @staticmethod
    def assert_documents_are_equal(received, expected):
        """The store keeps no embeddings and no order."""
        facts = lambda documents: sorted(  # noqa: E731
            (document.id, document.content, json.dumps(document.meta, sort_keys=True)) for document in documents)
        assert facts(received) == facts(expected)

    def test_write_documents(self, document_store):
        """Without a policy, a known id is an error."""
        document = Document(content="test doc")
        assert document_store.write_documents([document]) == 1
        with pytest.raises(DuplicateDocumentError):
            document_store.write_documents([document])


@pytest.mark.parametrize("filters", FILTERS, ids=str)
def test_the_server_filters_as_haystack_does(document_store, filterable_docs, filters):
    document_store.write_documents(filterable_docs)
    found = RagRetriever(document_store, top_k=50).run("document", filters)["documents"]
    expected = {document.id for document in filterable_docs if document_matches_filter(filters, document)}
    assert {document.meta["source"] for document in found} == expected


def test_a_pipeline_finds_after_it_was_saved_and_loaded(document_store):
    document_store.write_documents([Document(content="The capital of France is Paris.", meta={"year": 2024}), Document(content="Granite is a rock.")])
    pipeline = Pipeline()
    pipeline.add_component("retriever", RagRetriever(document_store))
    saved = pipeline.dumps()
    assert "RAG_KEY" in saved and document_store.key.resolve_value() not in saved
    asked = {"retriever": {"query": "What is the capital of France?", "top_k": 1}}
    found = Pipeline.loads(saved, allowed_modules=["haystack_rag"]).run(asked)["retriever"]["documents"]
    assert [(document.content, document.meta["year"]) for document in found] == [("The capital of France is Paris.", 2024)]


@pytest.mark.parametrize("content", [
    "Erste Zeile\nzweite\tZeile\r\n", "# Kein Titel\n\n<b>fett</b> & 挪威 🦊", "a\u202eb", "\ufeff{\"json\": 1}", "x" * 30_000, "  ", "\n"])
def test_a_text_comes_back_as_it_was(document_store, content):
    document = Document(content=content, meta={"from": "here", "nested": {"list": [1, None, "z"]}})
    try:
        document_store.write_documents([document])
    except (DocumentStoreError, ValueError) as refusal:
        assert not content.strip() and "text" in str(refusal) and document_store.count_documents() == 0
    else:
        assert document_store.filter_documents() == [document]


def test_equal_texts_of_two_ids_are_two_documents_and_metadata_are_replaced(document_store):
    first = Document(id="1", content="test doc", meta={"year": 1})
    assert document_store.write_documents([first, Document(id="2", content="test doc")]) == 2
    assert document_store.write_documents([Document(id="1", content="test doc", meta={"year": 2})], DuplicatePolicy.OVERWRITE) == 1
    assert sorted((found.id, found.meta) for found in document_store.filter_documents()) == [("1", {"year": 2}), ("2", {})]


def test_a_filter_by_content_is_refused(document_store):
    by_content = {"operator": "AND", "conditions": [{"field": "content", "operator": "==", "value": "x"}]}
    with pytest.raises(FilterError, match="content"):
        document_store.filter_documents(by_content)
    with pytest.raises(FilterError, match="content"):
        RagRetriever(document_store).run("x", by_content)


def test_without_a_name_nothing_can_be_written():
    with pytest.raises(DocumentStoreError, match="name a collection"):
        RagDocumentStore().write_documents([Document(content="x")])
