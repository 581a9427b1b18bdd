package ort

import (
	"runtime"
	"unsafe"
)

// Element types of a tensor (ONNXTensorElementDataType).
const (
	elementFloat = 1
	elementInt64 = 7
	elementBool  = 9
)

// Value is a tensor. Close it; the garbage collector does not.
type Value struct {
	r      *Runtime
	handle uintptr
	pin    runtime.Pinner
}

// Floats makes a float32 tensor that shares data's memory.
func (r *Runtime) Floats(shape []int64, data []float32) (*Value, error) {
	return newTensor(r, elementFloat, shape, data)
}

// Int64s makes an int64 tensor that shares data's memory. A nil shape is a scalar.
func (r *Runtime) Int64s(shape []int64, data []int64) (*Value, error) {
	return newTensor(r, elementInt64, shape, data)
}

// Bools makes a boolean tensor that shares data's memory, a byte an element.
func (r *Runtime) Bools(shape []int64, data []byte) (*Value, error) {
	return newTensor(r, elementBool, shape, data)
}

func newTensor[T any](r *Runtime, element int, shape []int64, data []T) (*Value, error) {
	v := &Value{r: r}
	if len(data) > 0 {
		v.pin.Pin(unsafe.SliceData(data))
	}
	var one T
	err := r.call(fnCreateTensorWithData, r.mem,
		uintptr(unsafe.Pointer(unsafe.SliceData(data))), uintptr(len(data))*unsafe.Sizeof(one),
		uintptr(unsafe.Pointer(unsafe.SliceData(shape))), uintptr(len(shape)), uintptr(element), uintptr(unsafe.Pointer(&v.handle)))
	runtime.KeepAlive(shape)
	if err != nil {
		v.pin.Unpin()
		return nil, err
	}
	return v, nil
}

// Close frees the tensor; closing nil or twice does nothing.
func (v *Value) Close() {
	if v == nil || v.handle == 0 {
		return
	}
	v.r.release(fnReleaseValue, v.handle)
	v.handle = 0
	v.pin.Unpin()
}

// Shape are the tensor's dimensions.
func (v *Value) Shape() ([]int64, error) {
	var info uintptr
	if err := v.r.call(fnGetTensorTypeAndShape, v.handle, uintptr(unsafe.Pointer(&info))); err != nil {
		return nil, err
	}
	defer v.r.release(fnReleaseShapeInfo, info)
	var n uintptr
	if err := v.r.call(fnGetDimensionsCount, info, uintptr(unsafe.Pointer(&n))); err != nil {
		return nil, err
	}
	shape := make([]int64, n)
	if n == 0 {
		return shape, nil
	}
	return shape, v.r.call(fnGetDimensions, info, uintptr(unsafe.Pointer(unsafe.SliceData(shape))), n)
}

// Data views a float32 tensor's memory, which is valid until Close.
func (v *Value) Data() ([]float32, error) {
	shape, err := v.Shape()
	if err != nil {
		return nil, err
	}
	n := int64(1)
	for _, d := range shape {
		n *= d
	}
	if n == 0 {
		return nil, nil
	}
	var p *float32
	if err := v.r.call(fnGetTensorMutableData, v.handle, uintptr(unsafe.Pointer(&p))); err != nil {
		return nil, err
	}
	return unsafe.Slice(p, n), nil
}
