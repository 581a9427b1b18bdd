package ort

import (
	"errors"
	"runtime"
	"unsafe"
)

// SessionOptions say how a model is run.
type SessionOptions struct {
	// Threads inside one operator; 0 means 1, which does most work per CPU second.
	Threads int
	// NoMemoryPattern turns off memory plans. They are kept for each input shape
	// and pay only where shapes do not change.
	NoMemoryPattern bool
	// Config are further entries (onnxruntime_session_options_config_keys.h).
	Config map[string]string
}

// Session is a loaded model with the inputs and outputs it is run with.
// Run may be called by several goroutines at once.
type Session struct {
	r       *Runtime
	handle  uintptr
	inputs  names
	outputs names
}

// names are C strings and the array of pointers to them that the C API wants.
type names struct {
	bytes    [][]byte
	pointers []uintptr
	pin      *runtime.Pinner
}

func newNames(list []string) names {
	n := names{pin: new(runtime.Pinner)}
	for _, s := range list {
		b := cString(s)
		n.pin.Pin(unsafe.SliceData(b))
		n.bytes, n.pointers = append(n.bytes, b), append(n.pointers, uintptr(unsafe.Pointer(unsafe.SliceData(b))))
	}
	return n
}

// OpenSession loads the model file at path.
func (r *Runtime) OpenSession(path string, inputs, outputs []string, o SessionOptions) (*Session, error) {
	return r.newSession(inputs, outputs, o, func(options uintptr, handle *uintptr) error {
		p := cString(path)
		err := r.call(fnCreateSession, r.env, uintptr(unsafe.Pointer(unsafe.SliceData(p))), options, uintptr(unsafe.Pointer(handle)))
		runtime.KeepAlive(p)
		return err
	})
}

// NewSession loads a model from memory; the bytes are not needed afterwards.
func (r *Runtime) NewSession(model []byte, inputs, outputs []string, o SessionOptions) (*Session, error) {
	return r.newSession(inputs, outputs, o, func(options uintptr, handle *uintptr) error {
		err := r.call(fnCreateSessionFromArray, r.env, uintptr(unsafe.Pointer(unsafe.SliceData(model))), uintptr(len(model)), options, uintptr(unsafe.Pointer(handle)))
		runtime.KeepAlive(model)
		return err
	})
}

func (r *Runtime) newSession(inputs, outputs []string, o SessionOptions, create func(options uintptr, handle *uintptr) error) (*Session, error) {
	var options uintptr
	if err := r.call(fnCreateSessionOptions, uintptr(unsafe.Pointer(&options))); err != nil {
		return nil, err
	}
	defer r.release(fnReleaseSessionOptions, options)
	if err := r.configure(options, o); err != nil {
		return nil, err
	}
	handle := new(uintptr)
	if err := create(options, handle); err != nil {
		return nil, err
	}
	return &Session{r: r, handle: *handle, inputs: newNames(inputs), outputs: newNames(outputs)}, nil
}

func (r *Runtime) configure(options uintptr, o SessionOptions) error {
	err := errors.Join(
		r.call(fnSetIntraThreads, options, uintptr(max(1, o.Threads))),
		r.call(fnSetInterThreads, options, 1),
		r.call(fnSetGraphOptLevel, options, optimizeAll),
	)
	if o.NoMemoryPattern {
		err = errors.Join(err, r.call(fnDisableMemPattern, options))
	}
	for k, v := range o.Config {
		key, value := cString(k), cString(v)
		err = errors.Join(err, r.call(fnAddSessionConfigEntry, options, uintptr(unsafe.Pointer(unsafe.SliceData(key))), uintptr(unsafe.Pointer(unsafe.SliceData(value)))))
		runtime.KeepAlive(key)
		runtime.KeepAlive(value)
	}
	return err
}

// Run computes every output. The caller closes the values it gets.
func (s *Session) Run(inputs []*Value) ([]*Value, error) {
	in := make([]uintptr, len(inputs))
	for i, v := range inputs {
		in[i] = v.handle
	}
	out := make([]uintptr, len(s.outputs.pointers))
	err := s.r.call(fnRun, s.handle, 0,
		uintptr(unsafe.Pointer(unsafe.SliceData(s.inputs.pointers))), uintptr(unsafe.Pointer(unsafe.SliceData(in))), uintptr(len(in)),
		uintptr(unsafe.Pointer(unsafe.SliceData(s.outputs.pointers))), uintptr(len(out)), uintptr(unsafe.Pointer(unsafe.SliceData(out))))
	runtime.KeepAlive(inputs)
	runtime.KeepAlive(s)
	if err != nil {
		return nil, err
	}
	values := make([]*Value, len(out))
	for i, h := range out {
		values[i] = &Value{r: s.r, handle: h}
	}
	return values, nil
}

// Close frees the model. Nothing may be running.
func (s *Session) Close() {
	if s == nil || s.handle == 0 {
		return
	}
	s.r.release(fnReleaseSession, s.handle)
	s.handle = 0
	s.inputs.pin.Unpin()
	s.outputs.pin.Unpin()
}
