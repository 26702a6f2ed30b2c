#!/usr/bin/env python3
"""Reads every file of a folder as the server does, compares the text with expected texts, and prints a table in Markdown.

    scripts/formats/compare.py READER FOLDER [EXPECTED]

READER is the built example `read_document` of rag-text. EXPECTED holds NAME.md for the files NAME of FOLDER. Word recall is the share
of the expected words that are found; reading order is the share of the common words that stand in the same order.
"""

import difflib
import json
import re
import subprocess
import sys
import unicodedata
from collections import Counter, defaultdict
from pathlib import Path

# Markdown syntax and the marks that the tool behind the expected texts puts where it found a picture or a formula.
NOISE = re.compile(r"<!--.*?-->|&[a-z]+;|\]\([^)]*\)")


def words(text):
    return re.findall(r"\w+", unicodedata.normalize("NFKC", NOISE.sub(" ", text)).replace("_", " ").lower())


def recall(expected, found):
    if not expected:
        return 1.0
    common = sum((Counter(expected) & Counter(found)).values())
    return common / len(expected)


def order(expected, found):
    """The longest run of words in the same order, of the words that both have."""
    common = Counter(expected) & Counter(found)
    keep = lambda text: [word for word in text if word in common]
    expected, found = keep(expected), keep(found)
    if not expected:
        return 1.0
    matcher = difflib.SequenceMatcher(None, expected, found, autojunk=False)
    matched = sum(block.size for block in matcher.get_matching_blocks())
    return matched / max(1, sum(common.values()))


def read_all(reader, files):
    run = subprocess.run([reader, *map(str, files)], capture_output=True, text=True, check=True)
    return [json.loads(line) for line in run.stdout.splitlines()]


def main():
    reader, folder = sys.argv[1], Path(sys.argv[2])
    expected_folder = Path(sys.argv[3]) if len(sys.argv) > 3 else folder / "expected"
    files = sorted(
        file
        for file in folder.rglob("*")
        if file.is_file() and file.parent != folder and not {"hostile", "expected"} & set(file.relative_to(folder).parts)
    )
    rows, recalls, orders, refused = defaultdict(list), [], [], []
    for result in read_all(reader, files):
        file = Path(result["file"])
        if "refused" in result:
            refused.append((file, result["reason"]))
            rows[file.parent.name + "/" + file.suffix.lstrip(".")].append((None, None))
            continue
        text = "\n".join(text for _, text in result["blocks"])
        expected = expected_folder / (file.name + ".md")
        scores = (None, None)
        if expected.exists():
            expected_words, found_words = words(expected.read_text(errors="replace")), words(text)
            scores = (recall(expected_words, found_words), order(expected_words, found_words))
            recalls.append(scores[0])
            orders.append(scores[1])
            print(f"{file.name}: recall {scores[0]:.3f}, order {scores[1]:.3f}", file=sys.stderr)
            if "-v" in sys.argv:
                missing = Counter(expected_words) - Counter(found_words)
                print("   missing:", " ".join(list(missing)[:40]), file=sys.stderr)
        rows[result["format"]].append(scores)
    print("| format | files | with an expected text | word recall | reading order |")
    print("|---|---|---|---|---|")
    for name, scores in sorted(rows.items()):
        known = [score for score in scores if score[0] is not None]
        mean = lambda place: f"{sum(score[place] for score in known) / len(known):.3f}" if known else ""
        print(f"| {name} | {len(scores)} | {len(known)} | {mean(0)} | {mean(1)} |")
    count = len(recalls) or 1
    print(f"| all | {len(files)} | {len(recalls)} | {sum(recalls) / count:.3f} | {sum(orders) / count:.3f} |")
    for file, reason in refused:
        print(f"\n`{file.name}` is refused: {reason}")


if __name__ == "__main__":
    main()
