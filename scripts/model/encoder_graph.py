"""Writes the graph of a BERT encoder of 384 dimensions as ONNX, without weights: encoder_graph.py NAME LAYERS OUT_ONNX

Every weight is external data, one "file" per tensor named `<tensor>.onnx_data`, which `rag-embed` fills. The inputs are the word
vectors of the tokens and the attention mask, both as floats, so that the caller keeps the word table, which is most of a multilingual model.
Run by hand when a graph changes, in a throw-away environment with `pip install numpy onnx`:
    encoder_graph.py all-MiniLM-L6-v2 6 crates/rag-embed/assets/all-minilm-l6-v2.onnx
    encoder_graph.py multilingual-e5-small 12 crates/rag-embed/assets/multilingual-e5-small.onnx
"""
import sys

import numpy as np
from onnx import TensorProto, helper, numpy_helper

HEADS, HEAD_SIZE, HIDDEN, INNER, POSITIONS, TYPES = 12, 32, 384, 1536, 512, 2
EPSILON = 1e-12


class Graph:
    """Collects nodes and initialisers; every method returns the name of the value that it adds."""

    def __init__(self):
        self.nodes, self.initialisers = [], {}

    def op(self, kind, *inputs, output=None, **attributes):
        output = output or f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [output], name=f"node_{output}", **attributes))
        return output

    def constant(self, name, value, dtype):
        self.initialisers[name] = numpy_helper.from_array(np.array(value, dtype=dtype), name)
        return name

    def weight(self, name, *shape):
        tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=shape, data_location=TensorProto.EXTERNAL)
        size = 4 * int(np.prod(shape))
        for key, value in (("location", f"{name}.onnx_data"), ("offset", "0"), ("length", str(size))):
            tensor.external_data.add(key=key, value=value)
        self.initialisers[name] = tensor
        return name

    def linear(self, x, name, outputs=HIDDEN, inputs=HIDDEN):
        # The files keep [out, in]; engines fold this transposition when they load the model.
        transposed = self.op("Transpose", self.weight(f"{name}.weight", outputs, inputs), perm=[1, 0])
        return self.op("Add", self.op("MatMul", x, transposed), self.weight(f"{name}.bias", outputs))

    def norm(self, x, name, output=None):
        weight, bias = self.weight(f"{name}.weight", HIDDEN), self.weight(f"{name}.bias", HIDDEN)
        return self.op("LayerNormalization", x, weight, bias, output=output, axis=-1, epsilon=EPSILON)

    def heads(self, x, perm):
        shape = self.constant("heads_shape", [0, 0, HEADS, HEAD_SIZE], np.int64)
        return self.op("Transpose", self.op("Reshape", x, shape), perm=perm)


def embeddings(g):
    # Single texts only: every token is of type 0.
    types = g.weight("embeddings.token_type_embeddings.weight", TYPES, HIDDEN)
    kind = g.op("Gather", types, g.constant("type_0", 0, np.int64))
    length = g.op("Unsqueeze", g.op("Gather", g.op("Shape", "word_embeddings"), g.constant("axis_1", 1, np.int64)),
                  g.constant("axes_0", [0], np.int64))
    positions = g.op("Slice", g.weight("embeddings.position_embeddings.weight", POSITIONS, HIDDEN),
                     g.constant("start", [0], np.int64), length, g.constant("slice_axes", [0], np.int64))
    x = g.op("Add", g.op("Add", "word_embeddings", kind), positions)
    return g.norm(x, "embeddings.LayerNorm")


# Far below every score, and finite in 16 bits: there the most negative 32-bit float becomes infinite, and 0 times it no number.
MASKED = -1e9


def mask_bias(g, mask="attention_mask"):
    """0 for tokens, MASKED for padding, shaped [batch, 1, 1, sequence]."""
    mask = g.op("Unsqueeze", mask, g.constant("axes_12", [1, 2], np.int64))
    padding = g.op("Sub", g.constant("one", 1, np.float32), mask)
    return g.op("Mul", padding, g.constant("masked", MASKED, np.float32))


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


def build(name, layers):
    g = Graph()
    bias = mask_bias(g)
    x = embeddings(g)
    for layer in range(layers):
        place = f"encoder.layer.{layer}"
        x = attention(g, x, bias, f"{place}.attention")
        hidden = gelu(g, g.linear(x, f"{place}.intermediate.dense", outputs=INNER))
        output = "last_hidden_state" if layer == layers - 1 else None
        x = g.norm(g.op("Add", g.linear(hidden, f"{place}.output.dense", inputs=INNER), x), f"{place}.output.LayerNorm", output)
    value = helper.make_tensor_value_info
    inputs = [value("word_embeddings", TensorProto.FLOAT, ["batch", "sequence", HIDDEN]),
              value("attention_mask", TensorProto.FLOAT, ["batch", "sequence"])]
    output = value(x, TensorProto.FLOAT, ["batch", "sequence", HIDDEN])
    graph = helper.make_graph(g.nodes, name, inputs, [output], list(g.initialisers.values()))
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


if __name__ == "__main__":
    with open(sys.argv[3], "wb") as file:
        file.write(build(sys.argv[1], int(sys.argv[2])).SerializeToString())
