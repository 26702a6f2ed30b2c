"""Writes texts and their reference vectors for rag-embed's tests: reference_vectors.py minilm|e5 GRAPH_ONNX MODEL_DIR > OUT_JSON

Run by hand, in the environment of onnxruntime_reference.py, when the texts change.
"""
import json
import sys

from e5_file import e5
from onnxruntime_reference import minilm

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

MULTILINGUAL = [
    "Wer hat die Kirche von Ulm gebaut, und wann wurde sie fertig?",
    "为什么天空是蓝色的？因为大气散射短波长的光。",
    "Điện thoại được phát minh bởi ai?",
    "القاهرة هي عاصمة مصر.",
    "กรุงเทพมหานครเป็นเมืองหลวงของประเทศไทย",
    "ﬁne ①②③ ｆｕｌｌ ｗｉｄｔｈ ㌔ soft\u00adhyphen",
]

# Prefixes of queries and of documents.
MODELS = {"minilm": (minilm, ["", ""], TEXTS), "e5": (e5, ["query: ", "passage: "], TEXTS + MULTILINGUAL)}

make, prefixes, texts = MODELS[sys.argv[1]]
model = make(sys.argv[2], sys.argv[3], 2)


def case(text):
    # One text per run, so that padding cannot change a reference.
    query, document = [[round(float(x), 6) for x in model.embed([prefix + text])[0]] for prefix in prefixes]
    return {"text": text, "tokens": len(model.tokens([prefixes[1] + text])[0]), "query": query, "document": document}


cases = [case(text) for text in texts]
print("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]")
