// Package migrations holds the database's history: one SQL file a step, in goose's format, append-only.
package migrations

import "embed"

// FS holds the files 0001_*.sql and following.
//
//go:embed *.sql
var FS embed.FS
