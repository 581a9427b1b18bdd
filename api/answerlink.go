package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"baton/api/gen"
	"baton/domain"
)

// forAnswer lists the routes that a sign-in by a link in a mail may use: it is good for looking at one occurrence and answering it. What
// is not here it may not do; the clips that it may touch are its person's, made since (mayTouch). The value names the path's
// parameter that has to be the occurrence; empty: any.
var forAnswer = map[string]string{ //nolint:gochecknoglobals // a table
	"GET /api/v1/me":                                    "",
	"POST /api/v1/sign-out":                             "",
	"GET /api/v1/occurrences/{occurrence_id}":           "occurrence_id",
	"GET /api/v1/occurrences/{occurrence_id}/outcomes":  "occurrence_id", // there are none for such a sign-in
	"PUT /api/v1/occurrences/{occurrence_id}/answer":    "occurrence_id",
	"DELETE /api/v1/occurrences/{occurrence_id}/answer": "occurrence_id",

	"POST /api/v1/clips":                            "",
	"GET /api/v1/clips/{id}":                        "",
	"DELETE /api/v1/clips/{id}":                     "",
	"GET /api/v1/clips/{id}/recording":              "",
	"PUT /api/v1/clips/{id}/chunks/{seq}":           "",
	"POST /api/v1/clips/{id}/channel":               "",
	"POST /api/v1/clips/{id}/finish":                "",
	"HEAD /api/v1/clips/{id}/upload":                "",
	"PATCH /api/v1/clips/{id}/upload":               "",
	"PUT /api/v1/clips/{id}/upload":                 "",
	"GET /api/v1/clips/{id}/hls/master.m3u8":        "",
	"GET /api/v1/clips/{id}/hls/{rendition}/{file}": "",
	"GET /api/v1/clips/{id}/transcript":             "",
	"GET /api/v1/clips/{id}/poster.jpg":             "",
	"GET /api/v1/clips/{id}/peaks":                  "",
}

// narrowed makes of somebody who is signed in by a link in a mail what they may be on a route: themselves on those of forAnswer, a stranger
// on those that are open to all. KindForbidden for the rest.
func narrowed(who caller, route string, isOpen bool, c echo.Context) (caller, error) {
	if who.only == "" {
		return who, nil
	}
	param, allowed := forAnswer[route]
	if !allowed && c.Request().Method == http.MethodHead {
		param, allowed = forAnswer[http.MethodGet+route[len(http.MethodHead):]]
	}
	switch {
	case allowed && (param == "" || c.Param(param) == string(who.only)):
		return who, nil
	case isOpen:
		who.Viewer, who.only, who.signIn = domain.Viewer{Guest: who.Guest}, "", ""
		return who, nil
	}
	return who, domain.Errorf(domain.KindForbidden, "the link in the mail is good for answering this one round; sign in for everything else")
}

// mayTouch: somebody who is signed in by a link in a mail has to do with the clips that they record for their answer, and no others.
func (c caller) mayTouch(clip *domain.Clip) bool {
	if c.only == "" {
		return true
	}
	first := domain.NewIDAt[string](c.since.Add(-time.Minute)) // clocks of nodes differ
	return clip.OwnerID == c.AccountID && string(clip.ID) >= first[:10]
}

// OpenAnswerLink leads from a mail to the answer. Who is signed in as its person is left as they are; others get a sign-in that is good
// for that occurrence alone. It uses nothing up: mail programs open links to look at them.
func (h *handlers) OpenAnswerLink(ctx context.Context, r gen.OpenAnswerLinkRequestObject) (gen.OpenAnswerLinkResponseObject, error) {
	who := callerOf(ctx)
	l, err := h.Rounds.AnswerLink(ctx, hashSecret(r.Secret))
	if domain.KindOf(err) == domain.KindNotFound {
		if err := h.guesses.try(who.address, ""); err != nil { // whole offices open good ones at nine
			return nil, err
		}
		return openPage(h.PublicURL.JoinPath("/").String(), nil), nil
	} else if err != nil {
		return nil, fmt.Errorf("find answer link: %w", err)
	}
	page := h.PublicURL.JoinPath(domain.OccurrencePath(l.RoundID, l.OccurrenceID)).String()
	if who.SignedIn() || !l.Good {
		return openPage(page, nil), nil
	}
	secret, hash := newSecret("", 32)
	now := time.Now()
	err = h.SignIns.CreateForAnswer(ctx, domain.SignIn{
		ID: domain.NewID[domain.SignInID](), AccountID: l.AccountID, WorkspaceID: l.WorkspaceID, UserAgent: who.userAgent, Address: who.address,
		CreatedAt: now, LastSeenAt: now, ExpiresAt: l.ExpiresAt, OccurrenceID: l.OccurrenceID,
	}, hash)
	if domain.KindOf(err) == domain.KindNotFound { // they left the round, or the workspace
		return openPage(page, nil), nil
	} else if err != nil {
		return nil, fmt.Errorf("sign in for an answer: %w", err)
	}
	cookie := h.cookie(secret, l.ExpiresAt).String()
	return openPage(page, &cookie), nil
}

func openPage(to string, cookie *string) gen.OpenAnswerLink303Response {
	return gen.OpenAnswerLink303Response{Headers: gen.OpenAnswerLink303ResponseHeaders{Location: &to, SetCookie: cookie}}
}
