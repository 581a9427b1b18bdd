package api

import "baton/api/gen"

// ingest takes media in: package media's door.
type ingest any

func (h *handlers) registerIngest(gen.EchoRouter) {}

func addIngestMembers(*problem, error) {}
