package config

import (
	"os"
	"path/filepath"
	"testing"
)

// TestWhereTheModelsAre: what is in the data directory counts first, then what make put into the user's cache.
func TestWhereTheModelsAre(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	data, home, cache := filepath.Join(dir, "data"), filepath.Join(dir, "home"), filepath.Join(dir, "cache")
	own, ofHome, ofCache := filepath.Join(data, "models"), filepath.Join(home, ".cache", "baton", "models"), filepath.Join(cache, "baton", "models")
	tests := []struct {
		name string
		full string // a folder that is filled before
		env  []string
		want string
	}{
		{"nowhere", "", []string{"HOME=" + home}, own},
		{"no home", "", nil, own},
		{"in the user's cache", ofHome, []string{"HOME=" + home}, ofHome},
		{"in a cache elsewhere, where nothing is", "", []string{"HOME=" + home, "XDG_CACHE_HOME=" + cache}, own},
		{"in a cache elsewhere", ofCache, []string{"HOME=" + home, "XDG_CACHE_HOME=" + cache}, ofCache},
		{"in the data directory, too", own, []string{"HOME=" + home}, own},
	}
	for _, tt := range tests {
		if tt.full != "" {
			if err := os.MkdirAll(filepath.Join(tt.full, "a model"), 0o700); err != nil {
				t.Fatal(err)
			}
		}
		if got := modelsDir(given(tt.env...), data); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}
