package api

import (
	"context"

	"baton/domain"
)

// open lists every route that answers without a sign-in, with the reason. What is not here needs one: a new route
// is closed until somebody gives a reason. A test compares the list with `security` in openapi.yaml.
var open = map[string]string{ //nolint:gochecknoglobals,gosec // a table, of paths
	"GET /healthz":          "load balancers have no account; it says nothing but that the process lives",
	"GET /readyz":           "as /healthz; it names no host and no secret",
	"GET /metrics":          "collectors have no account; answers loopback only unless MetricsOpen is set",
	"GET /api/openapi.yaml": "the document is public with the source",

	"GET /api/v1/setup":          "the first visitor has no account; once set up it says only that",
	"POST /api/v1/setup":         "makes the first account; refused for ever after",
	"POST /api/v1/sign-in":       "is how one signs in; guesses are limited",
	"GET /api/v1/join/{secret}":  "whoever holds the invitation's secret has no account yet",
	"POST /api/v1/join/{secret}": "as above; makes the account",

	"GET /api/v1/clips/{id}":                               "a clip for anyone with the link; the gate refuses all other clips",
	"GET /api/v1/clips/{id}/hls/master.m3u8":               "as the clip, through the same gate",
	"GET /api/v1/clips/{id}/hls/{rendition}/{file}":        "as the clip, through the same gate",
	"GET /api/v1/clips/{id}/poster.jpg":                    "as the clip, through the same gate; link previews show it",
	"GET /api/v1/clips/{id}/preview.webp":                  "as the clip, through the same gate; link previews show it",
	"GET /api/v1/clips/{id}/storyboard.jpg":                "as the clip, through the same gate",
	"GET /api/v1/clips/{id}/storyboard.vtt":                "as the clip, through the same gate",
	"GET /api/v1/clips/{id}/peaks":                         "as the clip, through the same gate",
	"GET /api/v1/clips/{id}/edits":                         "as the clip, through the same gate; the history is for those who may edit it",
	"GET /api/v1/clips/{id}/parts":                         "as the clip, and each part through its own gate",
	"GET /api/v1/clips/{id}/transcript":                    "as the clip, through the same gate",
	"GET /api/v1/clips/{id}/transcript.srt":                "as the clip, through the same gate",
	"GET /api/v1/clips/{id}/transcript.txt":                "as the clip, through the same gate",
	"GET /api/v1/clips/{id}/summary":                       "as the clip, through the same gate",
	"GET /api/v1/clips/{id}/screen":                        "as the clip, through the same gate",
	"GET /api/v1/clips/{id}/captions.vtt":                  "as the clip, through the same gate",
	"GET /api/v1/clips/{id}/chapters":                      "as the clip, through the same gate",
	"GET /api/v1/clips/{id}/chapters.vtt":                  "as the clip, through the same gate",
	"GET /api/v1/clips/{id}/comments":                      "as the clip, through the same gate",
	"GET /api/v1/clips/{id}/comments/{comment_id}/history": "as the comments",
	"GET /api/v1/clips/{id}/attachments/{attachment_id}":   "as the comments; a private note's pictures are as private",
	"GET /api/v1/clips/{id}/pictures":                      "as the clip: its owner's, and those of who wrote what everybody sees",
	"GET /api/v1/clips/{id}/pictures/{account_id}":         "as above",
	"GET /api/v1/clips/{id}/reactions":                     "as the comments",
	"POST /api/v1/clips/{id}/comments":                     "guests write where a link's maker, or the clip's owner, allows it",
	"PATCH /api/v1/clips/{id}/comments/{comment_id}":       "guests change their own",
	"DELETE /api/v1/clips/{id}/comments/{comment_id}":      "guests delete their own",
	"PUT /api/v1/clips/{id}/reactions":                     "as writing comments",
	"GET /api/v1/clips/{id}/download":                      "as the clip, where its link allows it",
	"GET /api/v1/clips/{id}/watched":                       "as the clip, through the same gate",
	"POST /api/v1/clips/{id}/watched":                      "as the clip; strangers are counted without a name",
	"POST /api/v1/unsubscribe/{secret}":                    "mail programs have no account; the secret ends mail and nothing else",
	"GET /api/v1/due/{file}":                               "calendar programs have no account; the secret shows what is due to its person and nothing else",
	"POST /api/v1/occurrences/{occurrence_id}/link":        "who comes from a chat is not signed in; it tells nothing, and mails members alone",
	"GET /api/v1/answer/{secret}/card":                     "as below; says what it is for",
	"POST /api/v1/answer/{secret}":                         "as below, for a browser in which somebody else is signed in",
	"GET /api/v1/answer/{secret}":                          "is how one comes from a mail to an answer; good for that alone, guesses are limited",
	"GET /api/v1/shares/{secret}":                          "whoever holds a link's secret may have no account; guesses are limited",
	"POST /api/v1/shares/{secret}":                         "as above; its conditions are checked",
	"POST /api/v1/shares/{secret}/requests":                "as above",
	"GET /api/v1/shares/{secret}/poster.jpg":               "programs that make previews have no account; only of links that ask for nothing",
	"POST /api/v1/clips/{id}/requests":                     "who asks to be let in may have no account; says the same whether there is such a clip, and is limited",
	"GET /api/v1/guest":                                    "tells a browser what it told us",
	"PUT /api/v1/guest":                                    "guests have no account",
	"GET /api/v1/podcast/{feed}":                           "podcast programs have no account; 256 random bits in the address say whose feed it is",
	"GET /api/v1/podcast/{feed}/{episode}":                 "as above; each request passes the clip's gate as the feed's owner",
	"GET /api/v1/oembed":                                   "sites that embed have no account; tells of clips for anyone with the link only",
	"GET /api/v1/events":                                   "only with a clip_id that passes the gate; the workspace's events need a sign-in",

	"OPTIONS /api/v1/clips/{id}/upload":         "tus discovery is the same for every clip and tells nothing of this one",
	"OPTIONS /api/v1/clips/{id}/whip":           "RFC 9725: preflights carry no credentials; the same for every clip",
	"OPTIONS /api/v1/clips/{id}/whip/{session}": "as above",
}

// gate loads a clip for somebody who wants to do something with it. Every handler of a clip's
// route begins here. KindNotFound when the viewer may not even know of it, KindUnauthorized or
// KindForbidden when they may see it but not do that.
func (h *handlers) gate(ctx context.Context, id string, a domain.Action) (domain.Clip, error) {
	notFound := domain.Errorf(domain.KindNotFound, noClip)
	if !domain.ValidID(id) {
		return domain.Clip{}, notFound
	}
	c, err := h.Clips.Get(ctx, domain.ClipID(id))
	if domain.KindOf(err) == domain.KindNotFound {
		return domain.Clip{}, notFound
	} else if err != nil {
		return domain.Clip{}, err
	}
	who := callerOf(ctx)
	if !who.mayTouch(&c) {
		return domain.Clip{}, notFound
	}
	v := who.Viewer
	switch {
	case v.May(a, &c):
		return c, nil
	case a != domain.ActionWatch && !v.May(domain.ActionWatch, &c) && !v.May(domain.ActionDelete, &c), a == domain.ActionWatch:
		return domain.Clip{}, notFound
	case !v.SignedIn():
		return domain.Clip{}, domain.Errorf(domain.KindUnauthorized, "sign in first")
	default:
		return domain.Clip{}, domain.Errorf(domain.KindForbidden, "only %s may do that", whoMay(a))
	}
}

const noClip = "there is no such clip, or you may not see it"

func whoMay(a domain.Action) string {
	switch a {
	case domain.ActionComment:
		return "members of the clip's workspace, and guests whom its link allows it,"
	case domain.ActionDownload:
		return "those whom the clip's link allows it"
	case domain.ActionDelete, domain.ActionCorrect:
		return "the clip's owner or an admin"
	case domain.ActionWatch, domain.ActionEdit:
	}
	return "the clip's owner"
}

// admin refuses everybody but those who run the workspace.
func admin(ctx context.Context) (caller, error) {
	c := callerOf(ctx)
	if !c.Admin() {
		return c, domain.Errorf(domain.KindForbidden, "only the workspace's owner and admins may do that")
	}
	return c, nil
}

// insider refuses guests, who see only what they are shown by link.
func insider(ctx context.Context) (caller, error) {
	c := callerOf(ctx)
	if c.Role == domain.RoleGuest {
		return c, domain.Errorf(domain.KindForbidden, "guests see the clips that they were sent, not the workspace")
	}
	return c, nil
}
