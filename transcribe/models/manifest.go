package models

import (
	"fmt"
	"runtime"
)

// Model is a size of the built-in engine's speech model.
type Model string

// The models: Base makes a quarter fewer mistakes for twice the work.
const (
	Base Model = "base"
	Tiny Model = "tiny"
)

// file is one file of a package that we keep.
type file struct {
	in     string // its name in the tarball
	out    string // its name in our folder
	bytes  int64
	sha256 string
}

// pack is a pinned npm package.
type pack struct {
	name      string
	version   string
	integrity string // of the tarball, as npm publishes it (SRI, SHA-512)
	files     []file
}

// manifest lists what a model needs on this machine.
func manifest(m Model) ([]pack, error) {
	engine, err := runtimePack(runtime.GOOS, runtime.GOARCH)
	if err != nil {
		return nil, err
	}
	speech, err := speechPack(m)
	if err != nil {
		return nil, err
	}
	return []pack{engine, vadPack(), speech}, nil
}

// runtimePack is ONNX Runtime 1.28.2 (MIT).
func runtimePack(goos, arch string) (pack, error) {
	f := file{in: "package/libonnxruntime.so", out: "libonnxruntime.so"}
	p := pack{version: "1.13.8"}
	switch goos + "/" + arch {
	case "linux/amd64":
		p.name = "sherpa-onnx-linux-x64"
		p.integrity = "sha512-6plnhjagsSeTntCgnlag86hWbs/uZE9Crms1LgOb68/1nKsIQjMd+WG519m+aPwT6TrsBOiEMzrx41t8sL5L5g=="
		f.bytes, f.sha256 = 27026609, "4b3607aebd1784b26b6f9b20e4bd974c7ab8287043e4d095cb7d2cb40b5e566e"
	case "linux/arm64":
		p.name = "sherpa-onnx-linux-arm64"
		p.integrity = "sha512-Tlg7a70b/Wge3OF8IgTHF9jhSVCsLyKQKhwc4BsJ5A+dL/SrFtGBjzuHp4XeLhiiOT7afCxX5PdSn/D4c8Lnuw=="
		f.bytes, f.sha256 = 34606912, "cfc800d4438f15e8d9017521326776ca7117d8783cb847ccccc2fc61ac4d540f"
	default:
		return p, fmt.Errorf("there is no built-in speech engine for %s on %s", goos, arch)
	}
	p.files = []file{f}
	return p, nil
}

// vadPack is Silero VAD v5 (MIT) as packed by vad-web (ISC).
func vadPack() pack {
	return pack{
		name: "@ricky0123/vad-web", version: "0.0.31",
		integrity: "sha512-ePVq8TvB21sdHSxVMZOEIf9JVa7MAYpaIaNXeGgsPOiMCN8xbPCdF2LS5aYj7VRR3ZxzutedgV9ZplV65IA1Fg==",
		files: []file{{
			in: "package/dist/silero_vad_v5.onnx", out: "silero_vad_v5.onnx", bytes: 2327524,
			sha256: "2623a2953f6ff3d2c1e61740c6cdb7168133479b267dfef114a4a3cc5bdd788f",
		}},
	}
}

// speechPack is Moonshine (MIT), quantised to 8 bits. Later versions of the package hold
// a Spanish model that is not free: do not follow them blindly.
func speechPack(m Model) (pack, error) {
	p := pack{
		name: "@usefulsensors/moonshine-js", version: "0.1.4",
		integrity: "sha512-FETBCR2/VGuV4y19zfgqqHjxkExnqyvBJ/pDtxvJST1IAEAZ0OgfZ2bu/eE0L0qrl3nuKIlB/pDlNnYQNdXTLg==",
	}
	encoder, decoder := file{}, file{}
	switch m {
	case Base:
		encoder.bytes, encoder.sha256 = 20513063, "1dd9ab0a7f987113d30affcba5a068d11c8f90fa0223caa3e491ade431ad9751"
		decoder.bytes, decoder.sha256 = 42498870, "cc9f3cd6698a369c6008b41aa60aa3fb3322e7f03c9bdf19d8e6b7200afca4f3"
	case Tiny:
		encoder.bytes, encoder.sha256 = 7937661, "c6fc4b7bc5af75c0591fd157a1f3829b533d18e9769a888fd95a62e470dd4f4a"
		decoder.bytes, decoder.sha256 = 20243286, "eed87831c3a6103534aae7d47a5d485025c659a1323901513961c39fe8a1a367"
	default:
		return p, fmt.Errorf("speech model %q is not one of %s, %s", m, Base, Tiny)
	}
	source := "package/dist/model/" + string(m) + "/quantized/"
	encoder.in, encoder.out = source+"encoder_model.onnx", folder(m)+"/encoder_model.onnx"
	decoder.in, decoder.out = source+"decoder_model_merged.onnx", folder(m)+"/decoder_model_merged.onnx"
	p.files = []file{encoder, decoder}
	return p, nil
}

func folder(m Model) string { return "moonshine-" + string(m) }
