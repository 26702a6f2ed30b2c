#!/usr/bin/env python3
"""Makes a folder for `rag eval --answers` from a folder of SQuAD's shape: corpus.jsonl, queries.jsonl, answers.jsonl.

Some articles (titles of the corpus) are held out whole: their questions are about topics that the corpus does not have (group
`other-topic`). Of further articles one paragraph is held out: their questions are hard, because the corpus has the topic and not the
answer (group `same-topic`). All other questions can be answered (group `answerable`). The same seed makes the same folder. `--part 0`
and `--part 1` hold out different articles and take different questions, so that one can be fitted on and the other judged.
"""

import argparse
import json
import random
from pathlib import Path


def read(path):
    with open(path) as file:
        return [json.loads(line) for line in file]


def write(path, rows):
    with open(path, "w") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, help="folder with corpus.jsonl, queries.jsonl and answers.jsonl")
    parser.add_argument("target", type=Path, help="folder to make")
    parser.add_argument("--part", type=int, choices=(0, 1), default=0)
    parser.add_argument("--held-out-articles", type=int, default=10)
    parser.add_argument("--held-out-paragraphs", type=int, default=16, help="one of each of that number of other articles")
    parser.add_argument("--answerable", type=int, default=300, help="questions")
    parser.add_argument("--other-topic", type=int, default=200, help="questions")
    parser.add_argument("--same-topic", type=int, default=80, help="questions")
    parser.add_argument("--seed", type=int, default=17)
    options = parser.parse_args()

    corpus = read(options.source / "corpus.jsonl")
    texts = {query["_id"]: query["text"] for query in read(options.source / "queries.jsonl")}
    shuffle = random.Random(options.seed).sample
    titles = sorted({paragraph["title"] for paragraph in corpus})
    titles = shuffle(titles, len(titles))
    other, same = options.held_out_articles, options.held_out_paragraphs
    if options.part == 1:
        titles.reverse()
    whole, partly = set(titles[:other]), set(titles[other : other + same])
    lost = {}
    for paragraph in corpus:
        if paragraph["title"] in partly:
            lost.setdefault(paragraph["title"], paragraph["_id"])
    group_of = {}
    for paragraph in corpus:
        is_lost = lost.get(paragraph["title"]) == paragraph["_id"]
        group_of[paragraph["_id"]] = "other-topic" if paragraph["title"] in whole else "same-topic" if is_lost else "answerable"

    groups = {"answerable": [], "other-topic": [], "same-topic": []}
    for answer in read(options.source / "answers.jsonl"):
        group = group_of[answer["corpus_id"]]
        question = {"_id": answer["_id"], "group": group, "text": texts[answer["_id"]]}
        if group == "answerable":
            question |= {"answers": answer["answers"], "documents": [answer["corpus_id"]]}
        groups[group].append(question)
    # Each part takes its own half of the questions that both could answer.
    ordered = shuffle(groups["answerable"], len(groups["answerable"]))
    groups["answerable"] = [q for q in ordered if sum(q["_id"].encode()) % 2 == options.part]
    limits = {"answerable": options.answerable, "other-topic": options.other_topic, "same-topic": options.same_topic}

    options.target.mkdir(parents=True, exist_ok=True)
    write(options.target / "corpus.jsonl", [p for p in corpus if group_of[p["_id"]] == "answerable"])
    write(options.target / "questions.jsonl", [q for name, rows in groups.items() for q in rows[: limits[name]]])


if __name__ == "__main__":
    main()
