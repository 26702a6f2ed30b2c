"""Installs PostgreSQL and the embedding model, which `rag` needs."""
