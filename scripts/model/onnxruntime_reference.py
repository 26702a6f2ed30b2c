"""Measures onnxruntime on a text file, as examples/throughput.rs does: onnxruntime_reference.py TEXTS MODEL_ONNX TOKENIZER_JSON

MODEL_ONNX is the file minilm_graph.py --with-weights writes. Batches of 32, sorted by length, 2 threads; prints JSON.
In a throw-away environment: pip install numpy onnxruntime tokenizers
"""
import json
import sys
import time

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

BATCH, THREADS, WINDOW, QUERIES = 32, 2, 256, 200


class MiniLm:
    def __init__(self, model_path, tokenizer_path):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = THREADS
        self.session = onnxruntime.InferenceSession(model_path, options, providers=["CPUExecutionProvider"])
        self.tokenizer = Tokenizer.from_file(tokenizer_path)
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
    model = MiniLm(sys.argv[2], sys.argv[3])
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
