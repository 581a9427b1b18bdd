package api

import (
	"context"
	"fmt"
	"html"
	"net/url"
	"strings"

	"baton/api/gen"
	"baton/domain"
)

// GetOEmbed answers sites that turn links into players (oembed.com, 1.0).
func (h *handlers) GetOEmbed(ctx context.Context, r gen.GetOEmbedRequestObject) (gen.GetOEmbedResponseObject, error) {
	id, ours := h.clipAt(r.Params.Url)
	if !ours {
		return h.shareOEmbed(ctx, r.Params.Url)
	}
	v, err := h.Clips.View(ctx, id)
	if err != nil {
		return nil, named(err, "read clip", noClip)
	}
	if !(domain.Viewer{}).May(domain.ActionWatch, &v.Clip) {
		return nil, domain.Errorf(domain.KindNotFound, noClip)
	}
	width, height := fit(v.Width, v.Height, or(r.Params.Maxwidth, 0), or(r.Params.Maxheight, 0))
	title := titleOf(&v)
	out := gen.OEmbed{
		Version: "1.0", Type: gen.OEmbedTypeVideo, Title: title, AuthorName: &v.OwnerName, Width: &width, Height: &height, ProviderName: "Baton",
		ProviderUrl: origin(h.PublicURL), Duration: nonZero(float64(v.Kept().DurationMS()) / 1000),
		Html: nonZero(fmt.Sprintf(`<iframe src="%s" width="%d" height="%d" title="%s" style="border:0" allow="fullscreen; picture-in-picture" allowfullscreen></iframe>`,
			h.PublicURL.JoinPath("embed", string(id)), width, height, html.EscapeString(title))),
	}
	if p := picture(clipPath(origin(h.PublicURL), id)+"/poster.jpg", v.ShownPoster(false)); p != nil {
		out.ThumbnailUrl, out.ThumbnailWidth, out.ThumbnailHeight = p, nonZero(v.Width), nonZero(v.Height)
	}
	return gen.GetOEmbed200JSONResponse(out), nil
}

// shareOEmbed tells of a link with conditions what may be told; it cannot be embedded, for a page in another site's gets no cookies.
func (h *handlers) shareOEmbed(ctx context.Context, address string) (gen.GetOEmbedResponseObject, error) {
	nothing := domain.Errorf(domain.KindNotFound, noClip)
	u, err := url.Parse(address)
	if err != nil || u.Scheme != h.PublicURL.Scheme || u.Host != h.PublicURL.Host {
		return nil, nothing
	}
	secret, ok := h.shareAt(u.Path)
	if !ok {
		return nil, nothing
	}
	v, may, err := h.peek(ctx, secret)
	if err != nil {
		return nil, err
	}
	if may == toldNothing {
		return nil, nothing
	}
	out := gen.OEmbed{
		Version: "1.0", Type: gen.OEmbedTypeLink, Title: titleOf(&v), AuthorName: &v.OwnerName, ProviderName: "Baton", ProviderUrl: origin(h.PublicURL),
		Duration: nonZero(float64(v.Kept().DurationMS()) / 1000),
	}
	if may == toldAll && v.ShownPoster(false) != "" {
		out.ThumbnailUrl, out.ThumbnailWidth, out.ThumbnailHeight = nonZero(sharePath(origin(h.PublicURL), secret)+"/poster.jpg"), nonZero(v.Width), nonZero(v.Height)
	}
	return gen.GetOEmbed200JSONResponse(out), nil
}

// clipAt finds the clip of one of our own addresses.
func (h *handlers) clipAt(address string) (domain.ClipID, bool) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != h.PublicURL.Scheme || u.Host != h.PublicURL.Host {
		return "", false
	}
	for _, prefix := range []string{"/c/", "/embed/"} {
		if id, ok := strings.CutPrefix(u.Path, prefix); ok && domain.ValidID(id) {
			return domain.ClipID(id), true
		}
	}
	return "", false
}

// fit gives a player's size: the picture's shape, 16:9 for sound alone, within what is allowed and what a page has room for.
func fit(w, h, maxW, maxH int) (int, int) {
	if w <= 0 || h <= 0 {
		w, h = 16, 9
	}
	width, height := 960, 960*h/w
	if maxW > 0 && width > maxW {
		width, height = maxW, maxW*h/w
	}
	if maxH > 0 && height > maxH {
		width, height = maxH*w/h, maxH
	}
	return max(width, 1), max(height, 1)
}

func titleOf(v *domain.ClipView) string {
	if v.Title != "" {
		return v.Title
	}
	return "A clip by " + v.OwnerName
}
