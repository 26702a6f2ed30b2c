#!/usr/bin/env python3
"""Derives queries of another kind from a BEIR-shaped folder by deterministic rules, for `rag eval`.

follow-ups   Two questions in a row on one document that share a name (capitals, not the first word). The later one becomes a
             follow-up: "it" replaces the name and an article before it ("its" for a genitive). Its `context` is the earlier
             question, its `standalone` the later one unchanged.
across       As follow-ups, but the earlier question is on another document, so that its words lead away from the answer.
shifts       Every question, unchanged, with a question on another document as its `context`: a conversation that changed its
             subject. Context can only do harm here.
keywords     Every question without its function words and its question mark.
titles       A document's title, cut to six words, as a query for that document; documents that share a title are left out.
"""

import argparse
import json
import os
import re
from collections import defaultdict
from pathlib import Path

FUNCTION_WORDS = set(
    "a an and are as at be been by can could did do does for from had has have how if in into is it its many much not of on or "
    "that the their there these they this to was were what when where which who whom whose why will with would".split()
)
NAME = re.compile(r"(?<!^)\b[A-Z][\w'-]*(?: (?:of (?:the )?)?[A-Z][\w'-]*)*")


def read(folder):
    with open(folder / "queries.jsonl") as file:
        queries = [json.loads(line) for line in file]
    qrels = folder / "qrels.tsv"
    with open(qrels if qrels.exists() else folder.parent / "qrels.tsv") as file:
        judged = defaultdict(dict)
        for line in list(file)[1:]:
            query, document, grade = line.split()
            judged[query][document] = int(grade)
    queries = [query for query in queries if any(grade > 0 for grade in judged[query["_id"]].values())]
    return queries, judged


def document_of(judged, query):
    return min(document for document, grade in judged[query["_id"]].items() if grade > 0)


def names(text):
    return [re.sub(r"'s?$", "", name) for name in NAME.findall(text)]


def without(text, name):
    """The text with a pronoun instead of the first occurrence of the name."""
    place = re.compile(r"\b(?:the |The )?" + re.escape(name) + r"('s|s'|')?(?!\w)")
    return place.sub(lambda found: "its" if found.group(1) else "it", text)


def follow_up(query, before):
    """The query as a follow-up of an earlier one that holds the same name; None if they share no name."""
    shared = [name for name in names(query["text"]) if re.search(rf"\b{re.escape(name)}\b", before["text"])]
    text = without(query["text"], max(shared, key=len)) if shared else query["text"]
    if text != query["text"]:
        return {**query, "text": text, "context": before["text"], "standalone": query["text"]}
    return None


def follow_ups(queries, judged):
    for before, query in zip(queries, queries[1:]):
        if document_of(judged, before) == document_of(judged, query) and (made := follow_up(query, before)):
            yield made


def across(queries, judged):
    for place, query in enumerate(queries):
        others = (before for before in reversed(queries[:place]) if not judged[before["_id"]].keys() & judged[query["_id"]].keys())
        made = next((made for before in others if (made := follow_up(query, before))), None)
        if made:
            yield made


def shifts(queries, judged):
    half = len(queries) // 2
    for query, before in zip(queries, queries[half:] + queries[:half]):
        if not judged[before["_id"]].keys() & judged[query["_id"]].keys():
            yield {**query, "context": before["text"]}


def keywords(queries, _judged):
    for query in queries:
        words = [word for word in query["text"].split() if word.lower().strip("?.,") not in FUNCTION_WORDS]
        yield {**query, "text": " ".join(words).rstrip("?. ")}


def titles(folder):
    with open(folder / "corpus.jsonl") as file:
        documents = [json.loads(line) for line in file]
    count = defaultdict(int)
    cut = {document["_id"]: " ".join(document.get("title", "").split()[:6]) for document in documents}
    for title in cut.values():
        count[title.lower()] += 1
    return {id: title for id, title in cut.items() if title and count[title.lower()] == 1}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=["follow-ups", "across", "shifts", "keywords", "titles"])
    parser.add_argument("source", type=Path, help="BEIR-shaped folder")
    parser.add_argument("target", type=Path, help="folder to make")
    args = parser.parse_args()
    if args.kind == "titles":
        derived = [{"_id": f"title-{id}", "text": title} for id, title in titles(args.source).items()]
        judged = {query["_id"]: {query["_id"].removeprefix("title-"): 1} for query in derived}
    else:
        queries, judged = read(args.source)
        make = {"follow-ups": follow_ups, "across": across, "shifts": shifts, "keywords": keywords}[args.kind]
        derived = [query for query in make(queries, judged) if query["text"]]
    args.target.mkdir(parents=True, exist_ok=True)
    corpus = args.target / "corpus.jsonl"
    if not corpus.exists():
        os.symlink((args.source / "corpus.jsonl").resolve(), corpus)
    with open(args.target / "queries.jsonl", "w") as file:
        file.writelines(json.dumps(query, ensure_ascii=False) + "\n" for query in derived)
    with open(args.target / "qrels.tsv", "w") as file:
        file.write("query-id\tcorpus-id\tscore\n")
        for query in derived:
            file.writelines(f"{query['_id']}\t{id}\t{grade}\n" for id, grade in judged[query["_id"]].items())
    print(f"{len(derived)} queries in {args.target}")


if __name__ == "__main__":
    main()
