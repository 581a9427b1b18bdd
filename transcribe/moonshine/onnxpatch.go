package moonshine

import (
	"errors"
	"fmt"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"
)

// Field numbers of onnx.proto3.
const (
	modelGraph      = 7
	graphNode       = 1
	graphOutput     = 12
	nodeOutput      = 2
	nodeOpType      = 4
	nodeAttribute   = 5
	attributeGraph  = 6
	valueInfoName   = 1
	valueInfoType   = 2
	typeTensor      = 1
	tensorElement   = 1
	tensorShape     = 2
	shapeDimension  = 1
	dimensionValue  = 1
	elementTypeReal = 1 // FLOAT
)

// exposeCrossAttention rewrites a "merged decoder" ONNX file, as Hugging Face
// Optimum exports it, so that each layer's cross-attention is a graph output too:
// "xattn.<layer>" of shape [batch, heads, decoder length, encoder length].
//
// The model is one If node whose two branches are graphs. The outputs of an If are
// positional, so each name goes to the end of both branches' outputs, of the If
// node's and of the model's. Weights stay as they are.
func exposeCrossAttention(model []byte, layers int) ([]byte, error) {
	inner, outer := make([]string, layers), make([]string, layers)
	for i := range layers {
		inner[i] = fmt.Sprintf("/model/decoder/layers.%d/encoder_attn/Softmax_output_0", i)
		outer[i] = fmt.Sprintf("xattn.%d", i)
	}
	found := 0
	patched, err := rewrite(model, modelGraph, func(graph []byte) ([]byte, error) {
		graph, err := rewrite(graph, graphNode, func(node []byte) ([]byte, error) {
			if stringField(node, nodeOpType) != "If" {
				return node, nil
			}
			found++
			return patchIf(node, inner, outer)
		})
		return appendOutputs(graph, outer), err
	})
	if err == nil && found != 1 {
		err = fmt.Errorf("read decoder: %d If nodes, want 1: not a merged decoder", found)
	}
	return patched, err
}

// patchIf adds the inner tensors to the outputs of both branches, and the outer names to the node's.
func patchIf(node []byte, inner, outer []string) ([]byte, error) {
	node, err := rewrite(node, nodeAttribute, func(attribute []byte) ([]byte, error) {
		return rewrite(attribute, attributeGraph, func(branch []byte) ([]byte, error) {
			if err := checkTensors(branch, inner); err != nil {
				return nil, err
			}
			return appendOutputs(branch, inner), nil
		})
	})
	for _, name := range outer {
		node = protowire.AppendTag(node, nodeOutput, protowire.BytesType)
		node = protowire.AppendString(node, name)
	}
	return node, err
}

// checkTensors fails unless nodes of the graph make all the named tensors.
func checkTensors(graph []byte, names []string) error {
	missing := slices.Clone(names)
	err := eachField(graph, func(num protowire.Number, _, node []byte) error {
		if num != graphNode {
			return nil
		}
		return eachField(node, func(num protowire.Number, _, value []byte) error {
			if num == nodeOutput {
				missing = slices.DeleteFunc(missing, func(s string) bool { return s == string(value) })
			}
			return nil
		})
	})
	if err == nil && len(missing) > 0 {
		err = fmt.Errorf("read decoder: no tensor %q", missing[0])
	}
	return err
}

// appendOutputs adds float tensors of four unknown dimensions to a graph's outputs.
func appendOutputs(graph []byte, names []string) []byte {
	var shape []byte
	for range 4 {
		shape = appendBytes(shape, shapeDimension, nil)
	}
	tensor := protowire.AppendTag(nil, tensorElement, protowire.VarintType)
	tensor = protowire.AppendVarint(tensor, elementTypeReal)
	tensor = appendBytes(tensor, tensorShape, shape)
	graph = slices.Clip(graph) // it may be a part of a larger message: append must copy
	for _, name := range names {
		info := appendBytes(nil, valueInfoName, []byte(name))
		info = appendBytes(info, valueInfoType, appendBytes(nil, typeTensor, tensor))
		graph = appendBytes(graph, graphOutput, info)
	}
	return graph
}

func appendBytes(b []byte, num protowire.Number, value []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, num, protowire.BytesType), value)
}

// outputDimensions lists the model's outputs with their dimensions, 0 where symbolic.
func outputDimensions(model []byte) (map[string][]int64, error) {
	outputs := map[string][]int64{}
	err := eachNested(model, []protowire.Number{modelGraph, graphOutput}, func(info []byte) error {
		var dims []int64
		path := []protowire.Number{valueInfoType, typeTensor, tensorShape, shapeDimension}
		err := eachNested(info, path, func(dimension []byte) error {
			dims = append(dims, varintField(dimension, dimensionValue))
			return nil
		})
		outputs[stringField(info, valueInfoName)] = dims
		return err
	})
	if err == nil && len(outputs) == 0 {
		err = errors.New("read decoder: no outputs: not an ONNX model")
	}
	return outputs, err
}

// rewrite copies a message with every field num, which holds messages, replaced by what f makes of it.
func rewrite(message []byte, num protowire.Number, f func([]byte) ([]byte, error)) ([]byte, error) {
	out := make([]byte, 0, len(message)+4096)
	err := eachField(message, func(n protowire.Number, raw, value []byte) error {
		if n != num {
			out = append(out, raw...)
			return nil
		}
		value, err := f(value)
		out = appendBytes(out, num, value)
		return err
	})
	return out, err
}

// eachNested calls f for each message at the end of a path of field numbers.
func eachNested(message []byte, path []protowire.Number, f func([]byte) error) error {
	if len(path) == 0 {
		return f(message)
	}
	return eachField(message, func(n protowire.Number, _, value []byte) error {
		if n != path[0] {
			return nil
		}
		return eachNested(value, path[1:], f)
	})
}

// eachField calls f for each field with its encoded form and, if it is
// length-delimited, its value.
func eachField(message []byte, f func(num protowire.Number, raw, value []byte) error) error {
	for len(message) > 0 {
		num, typ, tag := protowire.ConsumeTag(message)
		if tag < 0 {
			return protowire.ParseError(tag)
		}
		size := protowire.ConsumeFieldValue(num, typ, message[tag:])
		if size < 0 {
			return protowire.ParseError(size)
		}
		var value []byte
		if typ == protowire.BytesType {
			value, _ = protowire.ConsumeBytes(message[tag:])
		}
		if err := f(num, message[:tag+size], value); err != nil {
			return err
		}
		message = message[tag+size:]
	}
	return nil
}

func stringField(message []byte, num protowire.Number) (s string) {
	_ = eachField(message, func(n protowire.Number, _, value []byte) error {
		if n == num {
			s = string(value)
		}
		return nil
	})
	return s
}

func varintField(message []byte, num protowire.Number) (v int64) {
	_ = eachField(message, func(n protowire.Number, raw, _ []byte) error {
		_, typ, tag := protowire.ConsumeTag(raw)
		if n == num && typ == protowire.VarintType {
			u, _ := protowire.ConsumeVarint(raw[tag:])
			v = int64(u) //nolint:gosec // a dimension
		}
		return nil
	})
	return v
}
