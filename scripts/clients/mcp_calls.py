"""Calls of PyPI's `mcp` over HTTP and over standard input: mcp_calls.py http://host:port KEY RAG DATA_DIR"""

import asyncio
import os
import sys

from checks import Checks
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import create_mcp_http_client, streamable_http_client

BASE, KEY, RAG, DATA_DIR = sys.argv[1:5]
TOOLS = {"search", "ask", "list_documents", "read_passage"}
checks = Checks()


async def collect(client, revision):
    """What one connection gets from the server."""
    tools = {tool.name for tool in (await client.list_tools()).tools}
    found = await client.call_tool("search", {"query": "capital of France", "collection": "Travel"})
    first = found.structured_content["results"][0]
    place = {"document_id": first["document_id"], "start": first["start"], "end": first["end"]}
    return {
        "revision": client.protocol_version == revision,
        "list_tools": tools >= TOOLS,
        "search": "Paris" in first["text"],
        "ask": "Paris" in (await client.call_tool("ask", {"question": "What is the capital of France?"})).structured_content["answer"],
        "list_documents": len((await client.call_tool("list_documents", {"collection": "Travel"})).structured_content["documents"]) == 1,
        "read_passage": (await client.call_tool("read_passage", place)).structured_content["text"] == first["text"],
        "an unknown collection is an error": (await client.call_tool("search", {"query": "a", "collection": "none"})).is_error,
    }


async def over_http(mode, revision):
    async with create_mcp_http_client(headers={"Authorization": f"Bearer {KEY}"}) as http:
        async with Client(streamable_http_client(f"{BASE}/mcp", http_client=http), mode=mode) as client:
            return await collect(client, revision)


async def over_stdio(mode, revision):
    environment = {**os.environ, "RAG_POSTGRES__DATA_DIR": DATA_DIR}
    async with Client(StdioServerParameters(command=RAG, args=["mcp"], env=environment), mode=mode) as client:
        return await collect(client, revision)


def main():
    for transport in (over_http, over_stdio):
        for mode, revision in (("auto", "2026-07-28"), ("legacy", "2025-11-25")):
            name = f"{transport.__name__.removeprefix('over_')} {revision}"
            seen = checks.check(f"{name}: connect", lambda: asyncio.run(transport(mode, revision))) or {}
            for what, is_so in seen.items():
                checks.check(f"{name}: {what}", lambda: is_so)
    checks.end()


main()
