#!/usr/bin/env python3
"""Judges how documents are cut, on the data of Chroma's chunking evaluation (github: brandonstarxel/chunking_evaluation, MIT).

judge_chunks.py FOLDER TOKENIZER --server http://127.0.0.1:8420 [--sizes 254 200 120] [--windows 256]

FOLDER has corpora/*.md and questions.jsonl, whose questions have the excerpts that answer them. A fresh collection is made for each
size. The windows of so many tokens of TOKENIZER (a tokenizer.json) cut anywhere; the same server embeds them, and they are ranked by
cosine. Of the first five passages it prints, as means over the questions:
  recall     share of the excerpts that the passages hold
  precision  share of the passages that is of an excerpt
  IoU        what both share, of what either has
Only letters and digits count, so that markup and spaces, which readers drop, change nothing. Needs the packages numpy and tokenizers.
"""

import argparse
import bisect
import http.client
import json
import time
import urllib.parse
from pathlib import Path

PASSAGES = 5
# Letters at either end of a line by which it is found.
ENDS = 40
MODEL = "all-MiniLM-L6-v2"


class Server:
    def __init__(self, url):
        self.address = urllib.parse.urlsplit(url).netloc

    def send(self, method, path, body, kind="application/json"):
        connection = http.client.HTTPConnection(self.address, timeout=600)
        body = json.dumps(body) if kind == "application/json" else body
        connection.request(method, path, body, {"Content-Type": kind})
        response = connection.getresponse()
        answer = json.loads(response.read() or b"null")
        if response.status >= 300:
            raise SystemExit(f"cannot {method} {path}: {response.status} {answer}")
        return answer

    def create(self, name, size=None):
        chunks = size and {"max_tokens": size, "overlap_tokens": 0}
        return self.send("POST", "/v1/collections", {"name": name, "chunks": chunks})["id"]

    def store(self, collection, source, text):
        path = f"/v1/collections/{collection}/documents?source={urllib.parse.quote(source)}"
        return self.send("PUT", path, text.encode(), "application/octet-stream")["job"]["id"]

    def embed(self, texts):
        vectors = []
        for first in range(0, len(texts), 64):
            body = {"model": MODEL, "input": texts[first : first + 64]}
            vectors += [item["embedding"] for item in self.send("POST", "/openai/v1/embeddings", body)["data"]]
        return vectors

    def wait(self, jobs):
        for job in jobs:
            while (state := self.send("GET", f"/v1/jobs/{job}", None)["state"]) in ("queued", "running"):
                time.sleep(0.5)
            if state != "done":
                raise SystemExit(f"job {job} is {state}")


class Corpus:
    """A text by its letters and digits alone."""

    def __init__(self, text):
        self.text = text
        self.places = [at for at, letter in enumerate(text) if letter.isalnum()]
        self.letters = "".join(text[at] for at in self.places).lower()

    def range(self, start, end):
        return bisect.bisect_left(self.places, start), bisect.bisect_left(self.places, end)

    def ranges_of(self, passage, start):
        """The ranges of the lines of a passage that begins near `start` of the text; a line that the reader has made itself has none.
        Words within a line may be missing: readers take `<unk>` for markup."""
        found, near = [], start * len(self.letters) // max(1, len(self.text))
        for line in passage.splitlines():
            letters = "".join(letter for letter in line if letter.isalnum()).lower()
            begin = self.nearest(letters[:ENDS], near)
            end = self.nearest(letters[-ENDS:], begin + len(letters) - len(letters[-ENDS:])) if begin >= 0 else -1
            if letters and end >= begin >= 0:
                near = end + len(letters[-ENDS:])
                found.append((begin, near))
        return found

    def nearest(self, letters, place):
        """The occurrence that is nearest to a place; -1 if there is none."""
        before = self.letters.rfind(letters, 0, max(0, place) + len(letters))
        after = self.letters.find(letters, max(0, place))
        both = [at for at in (before, after) if at >= 0]
        return min(both, key=lambda at: abs(at - place), default=-1)


def covered(ranges):
    """The letters in any of the ranges."""
    return {place for start, end in ranges for place in range(start, end)}


class Judge:
    def __init__(self, corpora, questions):
        self.corpora, self.questions = corpora, questions

    def show(self, name, find):
        """Prints the figures of what `find` returns for a question: the texts of passages, each with its corpus and its place there."""
        sums = [0.0, 0.0, 0.0]
        for question in self.questions:
            corpus = self.corpora[question["corpus_id"]]
            excerpts = covered(corpus.range(each["start_index"], each["end_index"]) for each in question["references"])
            own, foreign = [], 0
            for name_of, start, text in find(question):
                if name_of == question["corpus_id"]:
                    own += corpus.ranges_of(text, start)
                else:
                    foreign += sum(letter.isalnum() for letter in text)
            passages = covered(own)
            shared = len(passages & excerpts)
            sums[0] += shared / len(excerpts)
            sums[1] += shared / max(1, len(passages) + foreign)
            sums[2] += shared / (len(passages | excerpts) + foreign)
        print(f"| {name} | " + " | ".join(f"{total / len(self.questions):.3f}" for total in sums) + " |", flush=True)


def windows(server, corpora, tokenizer, size):
    """Returns a finder among windows of `size` tokens, by cosine."""
    import numpy

    found = []
    for name, corpus in corpora.items():
        spans = tokenizer.encode(corpus.text, add_special_tokens=False).offsets
        for first in range(0, len(spans), size):
            last = spans[min(first + size, len(spans)) - 1]
            found.append((name, spans[first][0], corpus.text[spans[first][0] : last[1]]))
    vectors = numpy.array(server.embed([text for _, _, text in found]))

    def find(question):
        [vector] = server.embed([question["text"]])
        best = numpy.argsort(-(vectors @ numpy.array(vector)))[:PASSAGES]
        return [found[place] for place in best]

    return find


def chunks(server, collection, mode):
    """Returns a finder in a collection."""

    def find(question):
        body = {"query": question["text"], "collection_ids": [collection], "limit": PASSAGES, "mode": mode}
        results = server.send("POST", "/v1/search", body)["results"]
        return [(Path(result["source"]).stem, result["start_offset"], result["text"]) for result in results]

    return find


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("tokenizer", type=Path)
    parser.add_argument("--server", default="http://127.0.0.1:8420")
    parser.add_argument("--sizes", type=int, nargs="*", default=[254, 200, 120])
    parser.add_argument("--windows", type=int, nargs="*", default=[256])
    options = parser.parse_args()

    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(options.tokenizer))
    tokenizer.no_truncation()
    server = Server(options.server)
    corpora = {path.stem: Corpus(path.read_text()) for path in sorted((options.folder / "corpora").glob("*.md"))}
    questions = [json.loads(line) for line in (options.folder / "questions.jsonl").open()]
    judge, run = Judge(corpora, questions), int(time.time())
    print(f"{len(corpora)} texts, {len(questions)} questions, first {PASSAGES} passages")
    print("| cut into | recall | precision | IoU |\n|---|---|---|---|")
    for size in options.windows:
        judge.show(f"windows of {size} tokens, dense", windows(server, corpora, tokenizer, size))
    for size in options.sizes:
        collection = server.create(f"chunks {size} {run}", size)
        server.wait([server.store(collection, f"{name}.md", corpus.text) for name, corpus in corpora.items()])
        for mode in ("dense", "hybrid"):
            judge.show(f"chunks of at most {size} tokens, {mode}", chunks(server, collection, mode))


if __name__ == "__main__":
    main()
