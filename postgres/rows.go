package postgres

import (
	"time"

	"baton/domain"
	"baton/postgres/internal/sqlc"
)

// deref reads a column that may be null.
func deref[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

// orNull writes a zero value as null.
func orNull[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

// orEmpty writes no elements as an empty list: a nil slice would be null.
func orEmpty[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

// each converts rows.
func each[A, B any](rows []A, to func(A) B) []B {
	out := make([]B, len(rows))
	for i, r := range rows {
		out[i] = to(r)
	}
	return out
}

func toAccount(a sqlc.Account) domain.Account {
	return domain.Account{ID: a.ID, Email: a.Email, Name: a.Name, TimeZone: a.TimeZone, PasswordHash: a.PasswordHash, CreatedAt: a.CreatedAt}
}

func toMember(w domain.WorkspaceID, r domain.Role, joined time.Time, a sqlc.Account) domain.Member {
	return domain.Member{WorkspaceID: w, Role: r, JoinedAt: joined, Account: toAccount(a)}
}

func toSpace(s sqlc.Space) domain.Space {
	return domain.Space{ID: s.ID, WorkspaceID: s.WorkspaceID, Name: s.Name, CreatedAt: s.CreatedAt, Closed: s.Closed}
}

func toInvite(i sqlc.Invite) domain.Invite {
	return domain.Invite{
		ID: i.ID, WorkspaceID: i.WorkspaceID, Role: i.Role, CreatedBy: i.CreatedBy, CreatedAt: i.CreatedAt,
		ExpiresAt: i.ExpiresAt, Uses: i.Uses, MaxUses: i.MaxUses, RevokedAt: deref(i.RevokedAt),
	}
}

func toClip(c sqlc.Clip) domain.Clip {
	return domain.Clip{
		ID: c.ID, WorkspaceID: c.WorkspaceID, OwnerID: c.OwnerID, SpaceID: deref(c.SpaceID), ParentID: deref(c.ParentID), HostID: deref(c.HostID), Kind: c.Kind,
		People: idsOf(c.People), Spaces: spacesOf(c.Spaces), GuestComments: c.GuestComments, Downloads: c.Downloads, Title: c.Title, MadeTitle: c.MadeTitle,
		Description: c.Description, Visibility: c.Visibility, State: c.State, FailureReason: c.FailureReason,
		DurationMS: c.DurationMs, Width: c.Width, Height: c.Height, HasVideo: c.HasVideo, HasAudio: c.HasAudio,
		SizeBytes: c.SizeBytes, CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt, ReadyAt: deref(c.ReadyAt),
		PosterKey: c.PosterKey, PreviewKey: c.PreviewKey, StoryboardKey: c.StoryboardKey, PeaksKey: c.PeaksKey, TranscriptState: c.TranscriptState,
		TranscriptProgress: c.TranscriptProgress, TranscriptReason: c.TranscriptReason, ReadScreen: c.ReadScreen,
		LinkFor: deref(c.LinkFor), EditNo: c.EditNo, RenderedNo: c.RenderedNo, Cuts: c.Cuts, CutPosterKey: c.CutPosterKey,
	}
}

func toRecording(r sqlc.Recording) domain.Recording {
	return domain.Recording{
		ClipID: r.ClipID, MimeType: r.MimeType, FileName: r.FileName, NextSeq: r.NextSeq, Bytes: r.Bytes,
		DeclaredBytes: r.DeclaredBytes, SourceParts: r.SourceParts, EndReason: r.EndReason, LastChunkAt: r.LastChunkAt,
		Checkpoint: r.Checkpoint, CheckpointOffset: r.CheckpointOffset, SHA256: r.Sha256, GapsMS: r.Gaps, SourceRuns: r.SourceRuns,
	}
}

func toRendition(r sqlc.Rendition) domain.Rendition {
	return domain.Rendition{
		ClipID: r.ClipID, Name: r.Name, Codecs: r.Codecs, Width: r.Width, Height: r.Height, Bandwidth: r.Bandwidth, Complete: r.Complete,
	}
}

func toInitSegment(i sqlc.InitSegment) domain.InitSegment {
	return domain.InitSegment{ClipID: i.ClipID, Rendition: i.Rendition, No: i.No, ObjectKey: i.ObjectKey, Bytes: i.Bytes}
}

func toSegment(s sqlc.Segment) domain.Segment {
	return domain.Segment{
		ClipID: s.ClipID, Rendition: s.Rendition, No: s.No, InitNo: s.InitNo, StartMS: s.StartMs, DurationMS: s.DurationMs,
		Bytes: s.Bytes, ObjectKey: s.ObjectKey, Discontinuity: s.Discontinuity,
	}
}

func toCue(c sqlc.Cue) domain.Cue {
	return domain.Cue{No: c.No, StartMS: c.StartMs, EndMS: c.EndMs, Text: c.Body, Words: orEmpty(c.Words), Edited: c.Edited}
}

func toScreenLine(l sqlc.ScreenLine) domain.ScreenLine {
	return domain.ScreenLine{StartMS: l.StartMs, EndMS: l.EndMs, Text: l.Body, Confidence: float64(l.Confidence)}
}

func toChapter(c sqlc.Chapter) domain.Chapter {
	return domain.Chapter{StartMS: c.StartMs, EndMS: c.EndMs, Title: c.Title, Edited: c.Edited}
}

func toComment(r sqlc.CommentsRow) domain.Comment {
	c := r.Comment
	return domain.Comment{
		ID: c.ID, ClipID: c.ClipID, ParentID: deref(c.ParentID), Author: domain.Account{ID: deref(c.AuthorID), Name: r.AuthorName}, GuestID: deref(c.GuestID),
		AtMS: c.AtMs, EndMS: c.EndMs, Body: c.Body, CreatedAt: c.CreatedAt, EditedAt: deref(c.EditedAt), DeletedAt: deref(c.DeletedAt),
		PrivateTo: deref(c.PrivateTo), Drawing: c.Drawing, ResolvedAt: deref(c.ResolvedAt),
		ReplyClipID: deref(c.ReplyClipID), ResolvedBy: domain.Account{ID: deref(c.ResolvedBy), Name: r.ResolverName},
	}
}

func toAttachment(a sqlc.Attachment) domain.Attachment {
	return domain.Attachment{
		ID: a.ID, ClipID: a.ClipID, CommentID: deref(a.CommentID), UploaderID: a.UploaderID, ObjectKey: a.ObjectKey,
		ContentType: a.ContentType, Width: a.Width, Height: a.Height, Bytes: a.Bytes,
	}
}

func toEvent(e sqlc.Event) domain.Event {
	return domain.Event{
		ID: e.ID, WorkspaceID: e.WorkspaceID, ClipID: e.ClipID, Kind: e.Kind, Data: e.Data, At: e.At, OwnerID: e.OwnerID, Visibility: e.Visibility,
		Audience: idsOf(e.Audience), People: idsOf(e.People), Spaces: spacesOf(e.Spaces),
	}
}

// idsOf keeps the difference between nobody in particular and nobody.
func idsOf(ids []string) []domain.AccountID { return idsAs[domain.AccountID](ids) }

func spacesOf(ids []string) []domain.SpaceID { return idsAs[domain.SpaceID](ids) }

func idsAs[T ~string](ids []string) []T {
	if ids == nil {
		return nil
	}
	return each(ids, func(id string) T { return T(id) })
}

func textsOf[T ~string](ids []T) []string {
	if ids == nil {
		return nil
	}
	return each(ids, func(id T) string { return string(id) })
}
