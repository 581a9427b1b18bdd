package api

import (
	"fmt"

	"baton/api/gen"
	"baton/domain"
)

// clipURL is the link that people share.
func (h *handlers) clipURL(id domain.ClipID) string {
	return h.PublicURL.JoinPath("c", string(id)).String()
}

// clipPath is where the API has a clip, below base.
func clipPath(base string, id domain.ClipID) string { return base + "/api/v1/clips/" + string(id) }

// clipOf writes a clip as its viewer may see it. Media has the address that the request
// came to, not the public one, so that a page opened by another name can still play it.
func (h *handlers) clipOf(who caller, v *domain.ClipView) gen.Clip {
	at := clipPath(who.base, v.ID)
	c := gen.Clip{
		Id: string(v.ID), Url: h.clipURL(v.ID), Kind: gen.ClipKind(v.Kind), Title: v.Title, Description: v.Description,
		Visibility: gen.Visibility(v.Visibility), State: gen.ClipState(v.State), FailureReason: nonZero(v.FailureReason),
		DurationMs: v.DurationMS, Width: nonZero(v.Width), Height: nonZero(v.Height), HasVideo: v.HasVideo, HasAudio: v.HasAudio,
		SizeBytes: nonZero(v.SizeBytes), Owner: gen.Person{Id: string(v.OwnerID), Name: v.OwnerName},
		CreatedAt: v.CreatedAt.UTC(), ReadyAt: utc(v.ReadyAt), CommentCount: &v.CommentCount,
		TranscriptState: gen.TranscriptState(v.TranscriptState), TranscriptReason: nonZero(v.TranscriptReason),
		TranscriptProgress: nonZero(float32(v.TranscriptProgress)),
		PosterUrl:          picture(at+"/poster.jpg", v.ShownPoster(who.May(domain.ActionEdit, &v.Clip))), StoryboardUrl: picture(at+"/storyboard.vtt", v.StoryboardKey),
		PreviewUrl: picture(at+"/preview.webp", v.ShownPreview(who.May(domain.ActionEdit, &v.Clip))),
		PeaksUrl:   picture(at+"/peaks", v.PeaksKey), Work: workOf(v.Work),
	}
	if len(v.GapsMS) > 0 {
		c.Gaps = spansOf(v.GapsMS)
	}
	c.Joins = nonZero(v.Joins)
	c.ReplyToClipId = nonZero(string(v.ParentID))
	// Spaces and tags are the workspace's business.
	c.Tags = []string{}
	if who.WorkspaceID == v.WorkspaceID && who.Role != domain.RoleGuest {
		c.Tags = append(c.Tags, v.Tags...)
		if v.SpaceID != "" {
			c.Space = &gen.Space{Id: string(v.SpaceID), Name: v.SpaceName}
		}
		shared := make([]gen.ID, len(v.Spaces))
		for i, s := range v.Spaces {
			shared[i] = string(s)
		}
		c.SharedSpaces = &shared
	}
	c.May.Comment, c.May.Edit = who.May(domain.ActionComment, &v.Clip), who.May(domain.ActionEdit, &v.Clip)
	c.May.Download = who.May(domain.ActionDownload, &v.Clip)
	c.May.CommentAsGuest = asGuest(who, &v.Clip)
	c.May.Join = who.mayStitch(&v.Clip)
	if c.May.Edit {
		c.ReadScreen, c.GuestComments, c.Downloads = &v.ReadScreen, &v.GuestComments, &v.Downloads
	}
	c.May.Delete = who.May(domain.ActionDelete, &v.Clip)
	if v.EditNo > 0 {
		c.EditNo = &v.EditNo
		if len(v.Cuts) > 0 {
			c.PlayedMs = nonZero(v.Kept().DurationMS())
		}
	}
	setPlayback(&c, at, v)
	return c
}

func setPlayback(c *gen.Clip, at string, v *domain.ClipView) {
	c.Playback.Playable, c.Playback.Live = v.Playable, v.State == domain.ClipRecording
	if v.Playable {
		c.Playback.HlsUrl = nonZero(at + "/hls/master.m3u8" + versionOf(&v.Clip))
	}
	for _, r := range v.Renditions {
		c.Playback.Renditions = append(c.Playback.Renditions, gen.ClipRendition{
			Name: r.Name, Codecs: r.Codecs, Width: nonZero(r.Width), Height: nonZero(r.Height), Bandwidth: nonZero(r.Bandwidth),
		})
	}
	if c.Playback.Renditions == nil {
		c.Playback.Renditions = []gen.ClipRendition{}
	}
}

// versionOf makes the address of an edited clip's playlist another with each version, so that players begin anew.
func versionOf(c *domain.Clip) string {
	switch {
	case c.EditNo == 0:
		return ""
	case c.Rendered():
		return fmt.Sprintf("?edit=%d&exact=1", c.EditNo)
	}
	return fmt.Sprintf("?edit=%d", c.EditNo)
}

// picture is the URL of something made from a clip; nil while it is not there.
func picture(url, key string) *string {
	if key == "" {
		return nil
	}
	url += "?v=" + domain.ObjectVersion(key)
	return &url
}

func workOf(all []domain.Work) []gen.Work {
	out := make([]gen.Work, 0, len(all))
	for _, w := range all {
		if w.State == domain.WorkDone {
			continue
		}
		out = append(out, gen.Work{
			Kind: gen.WorkKind(w.Kind), State: gen.WorkState(w.State), Progress: float32(w.Progress), Reason: nonZero(w.Reason),
		})
	}
	return out
}

func spansOf(spans []domain.Span) *[]gen.Span {
	out := make([]gen.Span, 0, len(spans))
	for _, s := range spans {
		out = append(out, gen.Span{StartMs: s.StartMS, EndMs: s.EndMS})
	}
	return &out
}
