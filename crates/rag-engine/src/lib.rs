//! The use cases: ingest, retrieve, answer.
