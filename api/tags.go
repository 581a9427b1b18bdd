package api

import (
	"context"
	"fmt"

	"baton/api/gen"
)

func (h *handlers) ListTags(ctx context.Context, _ gen.ListTagsRequestObject) (gen.ListTagsResponseObject, error) {
	all, err := h.Clips.Tags(ctx, callerOf(ctx).Viewer)
	if err != nil {
		return nil, fmt.Errorf("list tags: %w", err)
	}
	out := gen.ListTags200JSONResponse{Tags: make([]gen.Tag, 0, len(all))}
	for _, t := range all {
		out.Tags = append(out.Tags, gen.Tag{Name: t.Name, Clips: t.Clips})
	}
	return out, nil
}
