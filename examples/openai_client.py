"""Asks with PyPI's `openai`, first as a stream, then with citations: python openai_client.py QUESTION"""

import os
import sys

from openai import OpenAI

url = os.environ.get("RAG_URL", "http://127.0.0.1:8420")
client = OpenAI(base_url=f"{url}/openai/v1", api_key=os.environ.get("RAG_KEY", "none"))
# Model `rag` answers from all collections, `rag/<name>` from one.
request = {"model": "rag", "messages": [{"role": "user", "content": sys.argv[1]}]}

for chunk in client.chat.completions.create(**request, stream=True):
    for choice in chunk.choices:
        print(choice.delta.content or "", end="", flush=True)
print()

message = client.chat.completions.create(**request).choices[0].message
for note in message.annotations or []:
    cited = message.content[note.url_citation.start_index:note.url_citation.end_index]
    print(f"{cited!r} cites {note.url_citation.title}")
