package domain

// ClipObjects is what a clip keeps in the object store.
type ClipObjects struct {
	WorkspaceID WorkspaceID
	ClipID      ClipID
	// Keys of init segments, segments, poster, storyboard and peaks.
	Keys []string
	// SourceParts is the number of source objects, SourceRuns which node stored which.
	SourceParts int
	SourceRuns  []SourceRun
	// Settled: the recording is finished and no job is under way, so whatever else is there is left over.
	Settled bool
}
