package config

import (
	"os"
	"path/filepath"
)

// ModelsFlags say where the models of the built-in speech engine are, for commands that need no more.
type ModelsFlags struct {
	ModelsDir string `env:"BATON_MODELS_DIR" placeholder:"DIR" help:"Where the models are. Default: models in the data directory, or else in the cache of whoever runs this."`
	Data      string `name:"data" env:"BATON_DATA_DIR" default:"./baton-data" placeholder:"DIR" help:"The data directory."`
}

// Dir is that folder.
func (f ModelsFlags) Dir() string {
	if f.ModelsDir != "" {
		return f.ModelsDir
	}
	return modelsDir(system(), f.Data)
}

// modelsDir is where the models are if nobody says so: in the data directory; where they are not, in the user's cache, which
// is where make puts them for all checkouts; where they are not either, they belong into the data directory.
func modelsDir(env environment, data string) string {
	own := filepath.Join(data, "models")
	if holdsFiles(own) {
		return own
	}
	cache, _ := env.lookup("XDG_CACHE_HOME")
	if home, _ := env.lookup("HOME"); cache == "" && home != "" {
		cache = filepath.Join(home, ".cache")
	}
	if shared := filepath.Join(cache, "baton", "models"); cache != "" && holdsFiles(shared) {
		return shared
	}
	return own
}

func holdsFiles(dir string) bool {
	entries, err := os.ReadDir(dir)
	return err == nil && len(entries) > 0
}
