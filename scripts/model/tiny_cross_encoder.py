"""Writes a tiny cross-encoder with random weights and its scores, for rag-embed's tests: tiny_cross_encoder.py OUT_DIR

The folder has the shape of a Hugging Face export (model.onnx, tokenizer.json, config.json). It also holds two-columns.onnx, whose
columns are (irrelevant, relevant) and which takes no token types; three-columns.onnx, which must be refused; scores.json,
onnxruntime's scores of pairs, one pair per run. Run by hand when the graph changes, in a throw-away environment:
pip install numpy onnx onnxruntime tokenizers
"""
import json
import os
import string
import sys

import encoder_graph as bert
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

WINDOW = 32
# The graph's parts read their sizes from here.
bert.HEADS, bert.HEAD_SIZE, bert.HIDDEN = 2, 8, 16
INTERMEDIATE = 32

WORDS = "the harbour of hamburg is north bread flour water where notice period months how long".split()
VOCABULARY = (["[PAD]", "[UNK]", "[CLS]", "[SEP]"] + WORDS + list(string.ascii_lowercase)
              + ["##" + c for c in string.ascii_lowercase] + list(string.digits) + ["##" + c for c in string.digits]
              + list(".,?!"))

PAIRS = [
    ("where is the harbour", "The harbour of Hamburg is north of the Elbe."),
    ("where is the harbour", "Bread is flour and water."),
    ("where is the harbour", ""),
    ("how long is the notice period?", "The notice period is 3 months."),
    ("how long is the notice period?", "東京は日本の首都です。"),
    ("how long is the notice period?", "The harbour is north. " * 30),
    ("where " * 40, "The text is left half of the window, however long the question is. " * 3),
    ("", "Nobody asked."),
]


def tokenizer():
    ids = {word: i for i, word in enumerate(VOCABULARY)}
    made = Tokenizer(models.WordPiece(ids, unk_token="[UNK]", max_input_chars_per_word=100))
    made.normalizer = normalizers.BertNormalizer(lowercase=True)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.post_processor = processors.TemplateProcessing(
        single="[CLS]:0 $A:0 [SEP]:0", pair="[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1",
        special_tokens=[("[CLS]", ids["[CLS]"]), ("[SEP]", ids["[SEP]"])])
    made.add_special_tokens(["[PAD]", "[UNK]", "[CLS]", "[SEP]"])
    return made


def weights(columns):
    random = np.random.default_rng(7)
    hidden = bert.HIDDEN
    made = {}

    def matrix(name, rows, cols, spread):
        made[name] = (random.standard_normal((rows, cols)) * spread).astype(np.float32)

    def norm(name):
        made[f"{name}.weight"] = (1 + random.standard_normal(hidden) * 0.1).astype(np.float32)
        made[f"{name}.bias"] = (random.standard_normal(hidden) * 0.1).astype(np.float32)

    def linear(name, rows, cols, spread=0.5):
        matrix(f"{name}.weight", rows, cols, spread)
        made[f"{name}.bias"] = (random.standard_normal(rows) * 0.1).astype(np.float32)

    matrix("embeddings.word_embeddings.weight", len(VOCABULARY), hidden, 1.0)
    matrix("embeddings.token_type_embeddings.weight", 2, hidden, 1.0)
    matrix("embeddings.position_embeddings.weight", WINDOW, hidden, 0.5)
    norm("embeddings.LayerNorm")
    layer = "encoder.layer.0"
    # Wide enough that the score depends on every token.
    for part, spread in (("query", 0.3), ("key", 0.3), ("value", 1.0)):
        linear(f"{layer}.attention.self.{part}", hidden, hidden, spread)
    linear(f"{layer}.attention.output.dense", hidden, hidden, 1.0)
    norm(f"{layer}.attention.output.LayerNorm")
    linear(f"{layer}.intermediate.dense", INTERMEDIATE, hidden)
    linear(f"{layer}.output.dense", hidden, INTERMEDIATE)
    norm(f"{layer}.output.LayerNorm")
    linear("pooler.dense", hidden, hidden, 0.2)
    linear("classifier", columns, hidden, 1.0)
    return made


class Graph(bert.Graph):
    """A graph that holds its weights; the shapes are theirs."""

    def __init__(self, weights):
        super().__init__()
        self.weights = weights

    def weight(self, name, *_shape):
        self.initialisers[name] = numpy_helper.from_array(self.weights[name], name)
        return name


def embeddings(g, types):
    words = g.op("Gather", g.weight("embeddings.word_embeddings.weight"), "input_ids")
    kind = "token_type_ids" if types else g.constant("type_0", 0, np.int64)
    kind = g.op("Gather", g.weight("embeddings.token_type_embeddings.weight"), kind)
    length = g.op("Unsqueeze", g.op("Gather", g.op("Shape", "input_ids"), g.constant("axis_1", 1, np.int64)),
                  g.constant("axes_0", [0], np.int64))
    positions = g.op("Slice", g.weight("embeddings.position_embeddings.weight"),
                     g.constant("start", [0], np.int64), length, g.constant("slice_axes", [0], np.int64))
    return g.norm(g.op("Add", g.op("Add", words, kind), positions), "embeddings.LayerNorm")


def build(columns, types):
    g = Graph(weights(columns))
    bias = bert.mask_bias(g, g.op("Cast", "attention_mask", to=TensorProto.FLOAT))
    x = embeddings(g, types)
    x = bert.attention(g, x, bias, "encoder.layer.0.attention")
    hidden = bert.gelu(g, g.linear(x, "encoder.layer.0.intermediate.dense"))
    x = g.norm(g.op("Add", g.linear(hidden, "encoder.layer.0.output.dense"), x), "encoder.layer.0.output.LayerNorm")
    first = g.op("Gather", x, g.constant("first", 0, np.int64), axis=1)
    pooled = g.op("Tanh", g.linear(first, "pooler.dense"))
    g.op("Identity", g.linear(pooled, "classifier"), output="logits")
    names = ["input_ids", "attention_mask"] + ["token_type_ids"] * types
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "sequence"]) for name in names]
    output = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", columns])
    graph = helper.make_graph(g.nodes, "tiny-cross-encoder", inputs, [output], list(g.initialisers.values()))
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    return model


def logits(model, encoding):
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    inputs = {"input_ids": encoding.ids, "attention_mask": encoding.attention_mask, "token_type_ids": encoding.type_ids}
    wanted = [found.name for found in session.get_inputs()]
    return session.run(None, {name: np.array([inputs[name]], dtype=np.int64) for name in wanted})[0][0]


def encode(made, query, text):
    """Only the text is cut at the window, but the question never takes more than half of the window without the special tokens."""
    offsets, most = made.encode(query, add_special_tokens=False).offsets, (WINDOW - 4) // 2
    if len(offsets) > most:
        query = query[:offsets[most][0]]
    made.enable_truncation(WINDOW, strategy="only_second")
    encoding = made.encode(query, text)
    made.no_truncation()
    return encoding


def score(model, encoding):
    found = logits(model, encoding).astype(np.float64)
    # One column: the logistic function of it; two: the share of the second.
    value = 1 / (1 + np.exp(-(found[0] if len(found) == 1 else found[1] - found[0])))
    return round(float(value), 6)


def main():
    out, made = sys.argv[1], tokenizer()
    graphs = {"model": build(1, True), "two-columns": build(2, False), "three-columns": build(3, True)}
    for name, model in graphs.items():
        with open(os.path.join(out, f"{name}.onnx"), "wb") as file:
            file.write(model.SerializeToString())
    rows = []
    for query, text in PAIRS:
        encoding = encode(made, query, text)
        rows.append({"query": query, "text": text, "tokens": len(encoding.ids),
                     "one_column": score(graphs["model"], encoding), "two_columns": score(graphs["two-columns"], encoding)})
    with open(os.path.join(out, "scores.json"), "w", encoding="utf-8") as file:
        file.write("[\n" + ",\n".join(map(json.dumps, rows)) + "\n]\n")
    # Like many exports: padding and truncation settings that a reranker must ignore.
    made.enable_truncation(8)
    made.enable_padding(length=24)
    made.save(os.path.join(out, "tokenizer.json"), pretty=False)
    with open(os.path.join(out, "config.json"), "w", encoding="utf-8") as file:
        json.dump({"model_type": "bert", "max_position_embeddings": WINDOW, "pad_token_id": 0}, file)
        file.write("\n")


if __name__ == "__main__":
    main()
