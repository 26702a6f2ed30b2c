#!/usr/bin/env python3
"""Fits the confidence of extracted answers on reports of `rag eval --answers DIR --json`, and shows how reliable it is.

Logistic regression with a small ridge penalty, by Newton's method, without other packages. A question counts as 1 if the best part of
the evidence can answer it: the corpus answers the question and the answer has a gold string. The first report is fitted on; a second one is
only judged. Prints the coefficients for `crates/rag-engine/src/answer/confidence.rs`, the reliability (questions by predicted
probability, with the share that was right) and, for several thresholds, the shares of questions answered and rightly refused.
To fit on answers and not on refusals, make the reports with `--set answer.min_support=0`.
"""

import argparse
import json
import math

SIGNALS = ["cosine", "covered", "covered_by_passage", "covered_alone", "passage", "names_missing", "margin"]
WORD_SIGNALS = ["covered", "covered_by_passage", "covered_alone", "names_missing"]
RIDGE = 0.5


def read(path, names):
    with open(path) as file:
        rows = [row for row in json.load(file)["judged"] if row["signals"]]
    # An answerable question whose best part lacks the gold string says nothing about refusals.
    rows = [row for row in rows if row["has_gold"] or not row["is_answerable"]]
    return [([row["signals"][name] for name in names] + [1.0], float(row["has_gold"]), row["group"]) for row in rows]


def probability(weights, values):
    return 1 / (1 + math.exp(-sum(w * v for w, v in zip(weights, values))))


def solve(matrix, vector):
    """Gaussian elimination with pivots."""
    size = len(vector)
    rows = [row[:] + [value] for row, value in zip(matrix, vector)]
    for column in range(size):
        pivot = max(range(column, size), key=lambda row: abs(rows[row][column]))
        rows[column], rows[pivot] = rows[pivot], rows[column]
        for row in range(size):
            if row != column:
                factor = rows[row][column] / rows[column][column]
                rows[row] = [a - factor * b for a, b in zip(rows[row], rows[column])]
    return [rows[index][size] / rows[index][index] for index in range(size)]


def fit(rows, size):
    weights = [0.0] * size
    for _ in range(30):
        gradient = [-RIDGE * w if i < size - 1 else 0.0 for i, w in enumerate(weights)]
        hessian = [[RIDGE * (i == j and i < size - 1) for j in range(size)] for i in range(size)]
        for values, label, _ in rows:
            p = probability(weights, values)
            for i in range(size):
                gradient[i] += (label - p) * values[i]
                for j in range(size):
                    hessian[i][j] += p * (1 - p) * values[i] * values[j]
        weights = [w + step for w, step in zip(weights, solve(hessian, gradient))]
    return weights


def judge(name, weights, rows):
    print(f"\n{name}: {len(rows)} questions\nprobability   questions   mean   right")
    scored = [(probability(weights, values), label, group) for values, label, group in rows]
    for low in range(0, 10):
        inside = [(p, label) for p, label, _ in scored if low <= p * 10 < low + 1 or (low == 9 and p == 1)]
        if inside:
            mean, right = (sum(column) / len(inside) for column in zip(*inside))
            print(f"{low / 10:.1f} to {(low + 1) / 10:.1f} {len(inside):11} {mean:8.3f} {right:7.3f}")
    groups = sorted({group for _, _, group in scored})
    print("threshold   " + "   ".join(f"{group} refused" for group in groups))
    for threshold in (0.2, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7):
        shares = []
        for group in groups:
            members = [p for p, _, g in scored if g == group]
            shares.append(sum(p < threshold for p in members) / len(members))
        print(f"{threshold:9.2f}   " + "   ".join(f"{share:{len(group) + 8}.3f}" for share, group in zip(shares, groups)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reports", nargs="+", help="the first is fitted on, the others are judged")
    parser.add_argument("--words-only", action="store_true", help="without the signals that depend on the embedding model")
    options = parser.parse_args()
    names = [name for name in SIGNALS if not options.words_only or name in WORD_SIGNALS]
    weights = fit(read(options.reports[0], names), len(names) + 1)
    by_name = dict(zip(names, weights))
    print("[" + ", ".join(f"{by_name.get(name, 0.0):.2f}" for name in SIGNALS) + f", {weights[-1]:.2f}]  # {', '.join(SIGNALS)}, constant")
    for report in options.reports:
        judge(report, weights, read(report, names))


if __name__ == "__main__":
    main()
