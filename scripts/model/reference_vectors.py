"""Writes texts and their reference vectors for rag-embed's tests: reference_vectors.py GRAPH_ONNX MODEL_DIR > OUT_JSON

Run by hand, in the environment of onnxruntime_reference.py, when the texts change.
"""
import json
import sys

from onnxruntime_reference import MiniLm

TEXTS = [
    "How do vaccines work?",
    "The quick brown fox jumps over the lazy dog.",
    "",
    "   \n\t ",
    ".",
    "Größenwahn im Café: naïve Übermut – 100 % échec.",
    "東京は日本の首都です。人口は約1400万人。",
    "Привет, мир! Как дела?",
    "👩‍🚀🚀 emoji \u200b zero width \u0000 control e\u0301 combining",
    "fn main() { let x: Vec<u8> = vec![0; 1024]; assert_eq!(x.len(), 1 << 10); }",
    "Deoxyribonucleic acid carries genetic instructions; " * 12,
    " ".join(f"Sentence number {i} tells about subject {i * 7 % 31}." for i in range(60)),
    "a" * 300 + " word longer than the tokenizer takes, then [SEP] and [MASK] written out",
]

model = MiniLm(sys.argv[1], sys.argv[2], 2)
# One text per run, so that padding cannot change a reference.
cases = [{"text": text, "tokens": len(model.tokens([text])[0]),
          "vector": [round(float(x), 6) for x in model.embed([text])[0]]} for text in TEXTS]
print("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]")
