package main

import (
	"fmt"
	"runtime/debug"
)

type versionCmd struct{}

// Run implements the version command.
func (versionCmd) Run(io streams) error {
	_, err := fmt.Fprintln(io.out, "baton", version())
	return err //nolint:wrapcheck // writing to standard output
}

// version is the module's, or the commit it was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	v := info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 && (v == "" || v == "(devel)") {
			v = s.Value[:12]
		}
	}
	return v
}
