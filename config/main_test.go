package config

import (
	"os"
	"strings"
	"testing"
)

// TestMain takes away the settings of whoever runs the tests: make exports BATON_MODELS_DIR, an operator's shell may hold more.
func TestMain(m *testing.M) {
	for _, kv := range os.Environ() {
		name, _, _ := strings.Cut(kv, "=")
		if strings.HasPrefix(name, "BATON_") {
			if err := os.Unsetenv(name); err != nil {
				panic(err)
			}
		}
	}
	os.Exit(m.Run())
}
