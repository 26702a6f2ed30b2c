"""Writes the graph of all-MiniLM-L6-v2 as ONNX: minilm_graph.py MODEL_SAFETENSORS OUT_ONNX [--with-weights]

Without the flag the file holds only the graph (a few dozen kB): every weight is external data, one "file" per tensor named
`<tensor>.onnx_data`, which `rag-embed` fills from model.safetensors. With it the file is a plain fp32 model for other engines.
Run by hand when the graph changes, in a throw-away environment: pip install numpy onnx safetensors
"""
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file

LAYERS, HEADS, HEAD_SIZE, HIDDEN = 6, 12, 32, 384
EPSILON = 1e-12


class Graph:
    """Collects nodes and initialisers; every method returns the name of the value that it adds."""

    def __init__(self, weights, with_weights):
        self.weights, self.with_weights = weights, with_weights
        self.nodes, self.initialisers = [], {}

    def op(self, kind, *inputs, output=None, **attributes):
        output = output or f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [output], name=f"node_{output}", **attributes))
        return output

    def constant(self, name, value, dtype):
        self.initialisers[name] = numpy_helper.from_array(np.array(value, dtype=dtype), name)
        return name

    def weight(self, name):
        array = self.weights[name]
        assert array.dtype == np.float32, name
        tensor = numpy_helper.from_array(array, name)
        if not self.with_weights:
            size = len(tensor.raw_data)
            tensor.ClearField("raw_data")
            tensor.data_location = TensorProto.EXTERNAL
            for key, value in (("location", f"{name}.onnx_data"), ("offset", "0"), ("length", str(size))):
                tensor.external_data.add(key=key, value=value)
        self.initialisers[name] = tensor
        return name

    def linear(self, x, name):
        # safetensors keeps [out, in]; engines fold this transposition when they load the model.
        transposed = self.op("Transpose", self.weight(f"{name}.weight"), perm=[1, 0])
        return self.op("Add", self.op("MatMul", x, transposed), self.weight(f"{name}.bias"))

    def norm(self, x, name, output=None):
        return self.op("LayerNormalization", x, self.weight(f"{name}.weight"), self.weight(f"{name}.bias"),
                       output=output, axis=-1, epsilon=EPSILON)

    def heads(self, x, perm):
        shape = self.constant("heads_shape", [0, 0, HEADS, HEAD_SIZE], np.int64)
        return self.op("Transpose", self.op("Reshape", x, shape), perm=perm)


def embeddings(g):
    words = g.op("Gather", g.weight("embeddings.word_embeddings.weight"), "input_ids")
    # Single texts only: every token is of type 0.
    kind = g.op("Gather", g.weight("embeddings.token_type_embeddings.weight"), g.constant("type_0", 0, np.int64))
    length = g.op("Unsqueeze", g.op("Gather", g.op("Shape", "input_ids"), g.constant("axis_1", 1, np.int64)),
                  g.constant("axes_0", [0], np.int64))
    positions = g.op("Slice", g.weight("embeddings.position_embeddings.weight"),
                     g.constant("start", [0], np.int64), length, g.constant("slice_axes", [0], np.int64))
    x = g.op("Add", g.op("Add", words, kind), positions)
    return g.norm(x, "embeddings.LayerNorm")


def mask_bias(g):
    """0 for tokens, the most negative float for padding, shaped [batch, 1, 1, sequence]."""
    mask = g.op("Unsqueeze", "attention_mask", g.constant("axes_12", [1, 2], np.int64))
    padding = g.op("Sub", g.constant("one", 1, np.float32), g.op("Cast", mask, to=TensorProto.FLOAT))
    return g.op("Mul", padding, g.constant("lowest", np.finfo(np.float32).min, np.float32))


def attention(g, x, bias, name):
    q = g.heads(g.linear(x, f"{name}.self.query"), [0, 2, 1, 3])
    k = g.heads(g.linear(x, f"{name}.self.key"), [0, 2, 3, 1])
    v = g.heads(g.linear(x, f"{name}.self.value"), [0, 2, 1, 3])
    scores = g.op("Div", g.op("MatMul", q, k), g.constant("scale", HEAD_SIZE**0.5, np.float32))
    scores = g.op("Softmax", g.op("Add", scores, bias), axis=3)
    merged = g.op("Transpose", g.op("MatMul", scores, v), perm=[0, 2, 1, 3])
    merged = g.op("Reshape", merged, g.constant("merged_shape", [0, 0, HIDDEN], np.int64))
    return g.norm(g.op("Add", g.linear(merged, f"{name}.output.dense"), x), f"{name}.output.LayerNorm")


def gelu(g, x):
    erf = g.op("Erf", g.op("Div", x, g.constant("sqrt_2", 2**0.5, np.float32)))
    return g.op("Mul", g.op("Mul", x, g.op("Add", erf, "one")), g.constant("half", 0.5, np.float32))


def build(weights, with_weights):
    g = Graph(weights, with_weights)
    bias = mask_bias(g)
    x = embeddings(g)
    for layer in range(LAYERS):
        name = f"encoder.layer.{layer}"
        x = attention(g, x, bias, f"{name}.attention")
        hidden = gelu(g, g.linear(x, f"{name}.intermediate.dense"))
        output = "last_hidden_state" if layer == LAYERS - 1 else None
        x = g.norm(g.op("Add", g.linear(hidden, f"{name}.output.dense"), x), f"{name}.output.LayerNorm", output)
    integer = [helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "sequence"])
               for name in ("input_ids", "attention_mask")]
    output = helper.make_tensor_value_info(x, TensorProto.FLOAT, ["batch", "sequence", HIDDEN])
    graph = helper.make_graph(g.nodes, "all-MiniLM-L6-v2", integer, [output], list(g.initialisers.values()))
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


if __name__ == "__main__":
    paths = [a for a in sys.argv[1:] if not a.startswith("--")]
    model = build(load_file(paths[0]), "--with-weights" in sys.argv)
    if "--with-weights" in sys.argv:
        onnx.checker.check_model(model, full_check=True)
    with open(paths[1], "wb") as file:
        file.write(model.SerializeToString())
