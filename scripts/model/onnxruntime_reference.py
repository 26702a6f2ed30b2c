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
    """Names and values of the tensors that the graph reads from model.safetensors."""
    with open(path, "rb") as file:
        head = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        data = file.read()
    head = {name: tensor for name, tensor in head.items() if tensor.get("dtype") == "F32" and "pooler" not in name}
    return list(head), [
        onnxruntime.OrtValue.ortvalue_from_numpy(
            np.frombuffer(data[slice(*tensor["data_offsets"])], dtype=np.float32).reshape(tensor["shape"]))
        for tensor in head.values()]


class MiniLm:
    def __init__(self, graph, model_dir, threads):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        # The session reads the tensors in place, so they must live as long as the session.
        self.weights = weights(f"{model_dir}/model.safetensors")
        options.add_external_initializers(*self.weights)
        self.session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        self.tokenizer = Tokenizer.from_file(f"{model_dir}/tokenizer.json")
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(WINDOW)

    def tokens(self, texts):
        return [encoding.ids for encoding in self.tokenizer.encode_batch(texts)]

    def run(self, batch):
        longest = max(map(len, batch))
        ids = np.array([row + [0] * (longest - len(row)) for row in batch], dtype=np.int64)
        mask = np.array([[1] * len(row) + [0] * (longest - len(row)) for row in batch], dtype=np.int64)
        hidden = self.session.run(None, {"input_ids": ids, "attention_mask": mask})[0]
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


def main():
    texts = [line for line in open(sys.argv[1], encoding="utf-8").read().split("\n") if line.strip()]
    model = MiniLm(sys.argv[2], sys.argv[3], int(sys.argv[4]))
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
