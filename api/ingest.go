package api

// Ingest takes media in: package media's door.
type Ingest interface{}
