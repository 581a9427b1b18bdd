// Package ort is a small cgo-free binding to ONNX Runtime's C API: it opens
// libonnxruntime with purego and calls the OrtApi function table by index.
//
// The table only ever grows at its end, so that an index never changes its
// meaning (onnxruntime_c_api.h, "struct OrtApi").
package ort

import (
	"errors"
	"fmt"
	"runtime"
	"unsafe"

	"github.com/ebitengine/purego"
)

// apiVersion is the oldest version of the API that has every function used here.
const apiVersion = 17

// Indices into struct OrtApi.
const (
	fnGetErrorMessage        = 2
	fnCreateEnv              = 3
	fnCreateSession          = 7
	fnCreateSessionFromArray = 8
	fnRun                    = 9
	fnCreateSessionOptions   = 10
	fnDisableMemPattern      = 17
	fnSetGraphOptLevel       = 23
	fnSetIntraThreads        = 24
	fnSetInterThreads        = 25
	fnCreateTensorWithData   = 49
	fnGetTensorMutableData   = 51
	fnGetDimensionsCount     = 61
	fnGetDimensions          = 62
	fnGetTensorTypeAndShape  = 65
	fnCreateCPUMemoryInfo    = 69
	fnReleaseEnv             = 92
	fnReleaseStatus          = 93
	fnReleaseMemoryInfo      = 94
	fnReleaseSession         = 95
	fnReleaseValue           = 96
	fnReleaseShapeInfo       = 99
	fnReleaseSessionOptions  = 100
	fnAddSessionConfigEntry  = 130
	tableLength              = 131
)

const (
	logLevelError     = 3
	optimizeAll       = 99 // ORT_ENABLE_ALL
	deviceAllocator   = 0  // OrtDeviceAllocator: the memory is ours, no arena
	memoryTypeDefault = 0
)

// Runtime is an open libonnxruntime.
type Runtime struct {
	api     *[tableLength]uintptr
	env     uintptr
	mem     uintptr
	version string
}

// Open loads the shared library at path.
func Open(path string) (*Runtime, error) {
	lib, err := purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_LOCAL)
	if err != nil {
		return nil, fmt.Errorf("open ONNX Runtime: %w", err)
	}
	sym, err := purego.Dlsym(lib, "OrtGetApiBase")
	if err != nil {
		return nil, fmt.Errorf("open ONNX Runtime: %w", err)
	}
	base, _, _ := purego.SyscallN(sym)
	fns := *(**[2]uintptr)(unsafe.Pointer(&base)) // struct OrtApiBase {GetApi, GetVersionString}
	version, _, _ := purego.SyscallN(fns[1])
	api, _, _ := purego.SyscallN(fns[0], apiVersion)
	r := &Runtime{version: goString(version)}
	if api == 0 {
		return nil, fmt.Errorf("open ONNX Runtime: %s does not know API %d", r.version, apiVersion)
	}
	r.api = *(**[tableLength]uintptr)(unsafe.Pointer(&api))
	return r, r.createEnv()
}

func (r *Runtime) createEnv() error {
	id := cString("baton")
	err := r.call(fnCreateEnv, logLevelError, uintptr(unsafe.Pointer(unsafe.SliceData(id))), uintptr(unsafe.Pointer(&r.env)))
	runtime.KeepAlive(id)
	if err != nil {
		return err
	}
	return r.call(fnCreateCPUMemoryInfo, deviceAllocator, memoryTypeDefault, uintptr(unsafe.Pointer(&r.mem)))
}

// Version is the library's own, e.g. "1.28.2".
func (r *Runtime) Version() string { return r.version }

// Close frees what Open made. Close the sessions first. The library stays
// mapped: it cannot be unloaded safely once its threads have run.
func (r *Runtime) Close() {
	r.release(fnReleaseMemoryInfo, r.mem)
	r.release(fnReleaseEnv, r.env)
	r.mem, r.env = 0, 0
}

// call invokes a function that returns an OrtStatus. Pointers that are
// converted inside its argument list are moved to the heap and kept alive for
// the call; a pointer converted before the call is not.
//
//go:uintptrescapes
func (r *Runtime) call(fn int, args ...uintptr) error {
	status, _, _ := purego.SyscallN(r.api[fn], args...)
	if status == 0 {
		return nil
	}
	message, _, _ := purego.SyscallN(r.api[fnGetErrorMessage], status)
	err := errors.New("onnxruntime: " + goString(message))
	purego.SyscallN(r.api[fnReleaseStatus], status)
	return err
}

func (r *Runtime) release(fn int, p uintptr) {
	if p != 0 {
		purego.SyscallN(r.api[fn], p)
	}
}

func cString(s string) []byte { return append([]byte(s), 0) }

// goString copies a C string.
func goString(p uintptr) string {
	if p == 0 {
		return ""
	}
	var b []byte
	for q := *(*unsafe.Pointer)(unsafe.Pointer(&p)); *(*byte)(q) != 0; q = unsafe.Add(q, 1) {
		b = append(b, *(*byte)(q))
	}
	return string(b)
}
