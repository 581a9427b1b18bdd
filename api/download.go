package api

import (
	"bytes"
	"context"
	"fmt"
	"mime"
	"strings"

	"baton/api/gen"
	"baton/domain"
)

func (h *handlers) GetTranscriptSRT(ctx context.Context, r gen.GetTranscriptSRTRequestObject) (gen.GetTranscriptSRTResponseObject, error) {
	b, name, err := h.transcriptFile(ctx, r.Id, "srt")
	if err != nil {
		return nil, err
	}
	return gen.GetTranscriptSRT200ApplicationxSubripCharsetUtf8Response{
		Body: b, ContentLength: int64(b.Len()), Headers: gen.GetTranscriptSRT200ResponseHeaders{ContentDisposition: &name},
	}, nil
}

func (h *handlers) GetTranscriptText(ctx context.Context, r gen.GetTranscriptTextRequestObject) (gen.GetTranscriptTextResponseObject, error) {
	b, name, err := h.transcriptFile(ctx, r.Id, "txt")
	if err != nil {
		return nil, err
	}
	return gen.GetTranscriptText200TextplainCharsetUtf8Response{
		Body: b, ContentLength: int64(b.Len()), Headers: gen.GetTranscriptText200ResponseHeaders{ContentDisposition: &name},
	}, nil
}

// transcriptFile writes a transcript in a format, and the Content-Disposition that gives it the clip's name.
func (h *handlers) transcriptFile(ctx context.Context, id, format string) (*bytes.Buffer, string, error) {
	c, err := h.gate(ctx, id, domain.ActionWatch)
	if err != nil {
		return nil, "", err
	}
	t, err := h.played(ctx, &c)
	if err != nil {
		return nil, "", err
	}
	var b bytes.Buffer
	if err := h.Formats.Transcript(&b, format, t); err != nil {
		return nil, "", fmt.Errorf("write transcript: %w", err)
	}
	return &b, attachment(c.Title, format), nil
}

// attachment is a Content-Disposition (RFC 6266) with a file name that every system takes.
func attachment(title, ending string) string {
	name := strings.Trim(strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, r) {
			return '-'
		}
		return r
	}, title), " .-")
	if name == "" {
		name = "transcript"
	}
	return mime.FormatMediaType("attachment", map[string]string{"filename": cut(name, 100) + "." + ending})
}
