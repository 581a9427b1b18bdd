package domain

// ClipObjects is what a clip keeps in the object store.
type ClipObjects struct {
	WorkspaceID WorkspaceID
	ClipID      ClipID
	// Keys of init segments, segments, poster, storyboard and peaks.
	Keys []string
	// SourceParts were stored as source/0 to source/SourceParts-1.
	SourceParts int
}
