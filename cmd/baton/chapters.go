package main

import (
	"errors"
	"fmt"
	"os"

	"baton/chapters"
)

type chaptersCmd struct {
	File  string `arg:"" type:"existingfile" help:"Transcript as JSON: {cues: [{start_ms, end_ms, text}]}."`
	Count int    `help:"How many chapters; 0 lets the method choose." default:"0"`
}

// Run implements the chapters command.
func (c chaptersCmd) Run(io streams) (err error) {
	f, err := os.Open(c.File)
	if err != nil {
		return fmt.Errorf("open transcript: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	in, err := chapters.ReadJSON(f)
	if err != nil {
		return err //nolint:wrapcheck // says which file and what is wrong with it
	}
	in.Count = c.Count
	return chapters.WriteJSON(io.out, chapters.Find(in)) //nolint:wrapcheck // writing to standard output
}
