"""Measures onnxruntime on a text file, one text per line: onnxruntime_reference.py TEXTS GRAPH_ONNX MODEL_DIR THREADS

GRAPH_ONNX is rag-embed's own graph, MODEL_DIR holds model.safetensors and tokenizer.json. Batches of 32, sorted by length;
prints JSON. `make bench` runs it; by hand: scripts/setup bench, then with PYTHONPATH=~/.cache/rag/tools/onnxruntime.
"""
import json
import sys
import time

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

BATCH, WINDOW, QUERIES = 32, 256, 200


def weights(path):
    """Names and values of the tensors of model.safetensors that the graph reads, and the word table."""
    with open(path, "rb") as file:
        head = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        data = file.read()
    head = {name: tensor for name, tensor in head.items() if tensor.get("dtype") == "F32" and "pooler" not in name}
    tensors = {name: np.frombuffer(data[slice(*tensor["data_offsets"])], dtype=np.float32).reshape(tensor["shape"])
               for name, tensor in head.items()}
    return tensors, tensors.pop("embeddings.word_embeddings.weight")


class Encoder:
    """The network with these weights and this word table, and a tokenizer that adds the special tokens and cuts at the window."""

    def __init__(self, graph, tensors, words, tokenizer, threads):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        # The session reads the tensors in place, so they must live as long as the session.
        self.weights = [onnxruntime.OrtValue.ortvalue_from_numpy(tensor) for tensor in tensors.values()]
        options.add_external_initializers(list(tensors), self.weights)
        self.session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        self.words, self.tokenizer = words, tokenizer

    def tokens(self, texts):
        return [encoding.ids for encoding in self.tokenizer.encode_batch(texts)]

    def run(self, batch):
        longest = max(map(len, batch))
        ids = np.array([row + [0] * (longest - len(row)) for row in batch], dtype=np.int64)
        mask = np.array([[1] * len(row) + [0] * (longest - len(row)) for row in batch], dtype=np.float32)
        hidden = self.session.run(None, {"word_embeddings": self.words[ids], "attention_mask": mask})[0]
        sums = (hidden * mask[:, :, None]).sum(1)
        return sums / np.linalg.norm(sums, axis=1, keepdims=True)

    def embed(self, texts):
        ids = self.tokens(texts)
        order = sorted(range(len(ids)), key=lambda i: -len(ids[i]))
        vectors = np.empty((len(ids), 384), dtype=np.float32)
        for start in range(0, len(order), BATCH):
            rows = order[start:start + BATCH]
            vectors[rows] = self.run([ids[i] for i in rows])
        return vectors


def minilm(graph, model_dir, threads):
    tokenizer = Tokenizer.from_file(f"{model_dir}/tokenizer.json")
    tokenizer.no_padding()
    tokenizer.enable_truncation(WINDOW)
    return Encoder(graph, *weights(f"{model_dir}/model.safetensors"), tokenizer, threads)


def main():
    texts = [line for line in open(sys.argv[1], encoding="utf-8").read().split("\n") if line.strip()]
    model = minilm(sys.argv[2], sys.argv[3], int(sys.argv[4]))
    model.embed(texts[:BATCH])
    start = time.perf_counter()
    model.embed(texts)
    seconds = time.perf_counter() - start
    times = []
    for i in range(QUERIES):
        query = " ".join(texts[i % len(texts)].split()[:10])
        start = time.perf_counter()
        model.embed([query])
        times.append((time.perf_counter() - start) * 1e3)
        time.sleep(0.01)
    times.sort()
    rss = next(int(line.split()[1]) // 1024 for line in open("/proc/self/status") if line.startswith("VmRSS:"))
    print(json.dumps({"texts": len(texts), "texts_per_s": round(len(texts) / seconds, 1), "rss_mib": rss,
                      "query_p50_ms": round(times[len(times) // 2], 2),
                      "query_p95_ms": round(times[len(times) * 95 // 100], 2)}))


if __name__ == "__main__":
    main()
