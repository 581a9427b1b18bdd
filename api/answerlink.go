package api

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"baton/api/gen"
	"baton/domain"
)

// forAnswer lists the routes that a sign-in by a link in a mail may use: it is good for looking at one occurrence and answering it. What
// is not here it may not do; the clips that it may touch are those that were recorded by such links for that occurrence (mayTouch). The value names the path's
// parameter that has to be the occurrence; empty: any.
var forAnswer = map[string]string{ //nolint:gochecknoglobals // a table
	"GET /api/v1/me":                                    "",
	"POST /api/v1/sign-out":                             "",
	"GET /api/v1/occurrences/{occurrence_id}":           "occurrence_id",
	"GET /api/v1/occurrences/{occurrence_id}/outcomes":  "occurrence_id", // there are none for such a sign-in
	"PUT /api/v1/occurrences/{occurrence_id}/answer":    "occurrence_id",
	"DELETE /api/v1/occurrences/{occurrence_id}/answer": "occurrence_id",
	"POST /api/v1/blockers":                             "", // what was said in that answer, and nothing else

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
	"GET /api/v1/clips/{id}/proposals":              "",
	"POST /api/v1/clips/{id}/proposals/dismiss":     "",
	"GET /api/v1/clips/{id}/poster.jpg":             "",
	"GET /api/v1/clips/{id}/peaks":                  "",
}

// narrowed makes of somebody who is signed in by a link in a mail what they may be on a route: themselves on those of forAnswer, a stranger
// on those that are open to all, also when such a route is of a clip that is not theirs to touch. KindForbidden for the rest.
func (h *handlers) narrowed(who caller, route string, isOpen bool, c echo.Context) (caller, error) {
	if who.only == "" {
		return who, nil
	}
	param, allowed := forAnswer[route]
	if !allowed && c.Request().Method == http.MethodHead {
		param, allowed = forAnswer[http.MethodGet+route[len(http.MethodHead):]]
	}
	if allowed && isOpen && c.Param("id") != "" {
		var err error
		if allowed, err = h.touches(c.Request().Context(), who, c.Param("id")); err != nil {
			return who, err
		}
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

// mayTouch: somebody who is signed in by a link in a mail has to do with the clips that were recorded by links for that occurrence, and no others.
func (c caller) mayTouch(clip *domain.Clip) bool {
	return c.only == "" || clip.OwnerID == c.AccountID && clip.LinkFor == c.only
}

// touches is mayTouch by a clip's id.
func (h *handlers) touches(ctx context.Context, who caller, id string) (bool, error) {
	if !domain.ValidID(id) {
		return false, nil
	}
	clip, err := h.Clips.Get(ctx, domain.ClipID(id))
	if domain.KindOf(err) == domain.KindNotFound {
		return false, nil
	} else if err != nil {
		return false, fmt.Errorf("find clip: %w", err)
	}
	return who.mayTouch(&clip), nil
}

// OpenAnswerLink leads from a mail to the answer. Who is signed in as its person is left as they are, whoever else is signed in is asked first;
// others get the sign-in of the link, which is good for that occurrence alone. It uses nothing up, and makes nothing anew when it is opened again:
// mail programs open links to look at them.
func (h *handlers) OpenAnswerLink(ctx context.Context, r gen.OpenAnswerLinkRequestObject) (gen.OpenAnswerLinkResponseObject, error) {
	l, err := h.answerLink(ctx, r.Secret)
	if domain.KindOf(err) == domain.KindNotFound {
		return openPage(h.PublicURL.JoinPath("/").String(), nil), nil
	} else if err != nil {
		return nil, err
	}
	who, page := callerOf(ctx), h.PublicURL.JoinPath(domain.OccurrencePath(l.RoundID, l.OccurrenceID)).String()
	switch {
	case who.SignedIn() && (who.AccountID != l.AccountID || who.WorkspaceID != l.WorkspaceID):
		return openPage(h.PublicURL.JoinPath("answer", r.Secret).String(), nil), nil
	case who.SignedIn() || !l.Good:
		return openPage(page, nil), nil
	}
	cookie, err := h.signInBy(ctx, l, r.Secret)
	if domain.KindOf(err) == domain.KindNotFound { // they left the round, or the workspace
		return openPage(page, nil), nil
	} else if err != nil {
		return nil, err
	}
	return openPage(page, &cookie), nil
}

// GetAnswerLink says what a link is for, to somebody who is signed in as somebody else, or elsewhere. Names it tells only while it is good.
func (h *handlers) GetAnswerLink(ctx context.Context, r gen.GetAnswerLinkRequestObject) (gen.GetAnswerLinkResponseObject, error) {
	l, err := h.answerLink(ctx, r.Secret)
	if err != nil {
		return nil, err
	}
	out := gen.AnswerLink{
		Path: domain.OccurrencePath(l.RoundID, l.OccurrenceID), Good: l.Good, Mine: callerOf(ctx).AccountID == l.AccountID,
	}
	out.Workspace.Id = string(l.WorkspaceID)
	if l.Good {
		out.Person, out.RoundName, out.Workspace.Name = l.PersonName, l.RoundName, l.WorkspaceName
	}
	return gen.GetAnswerLink200JSONResponse(out), nil
}

// UseAnswerLink takes a browser from whoever is signed in there to the person of the link. KindGone when it opens nothing any more.
func (h *handlers) UseAnswerLink(ctx context.Context, r gen.UseAnswerLinkRequestObject) (gen.UseAnswerLinkResponseObject, error) {
	l, err := h.answerLink(ctx, r.Secret)
	if err != nil {
		return nil, err
	}
	over := domain.Errorf(domain.KindGone, "this link has been used, or its round is over; sign in instead")
	if !l.Good {
		return nil, over
	}
	cookie, err := h.signInBy(ctx, l, r.Secret)
	if domain.KindOf(err) == domain.KindNotFound {
		return nil, over
	} else if err != nil {
		return nil, err
	}
	if who := callerOf(ctx); who.signIn != "" {
		if err := h.SignIns.Delete(ctx, who.AccountID, who.signIn); err != nil && domain.KindOf(err) != domain.KindNotFound {
			return nil, fmt.Errorf("end the sign-in of before: %w", err)
		}
	}
	var out gen.UseAnswerLink200JSONResponse
	out.Body.Path, out.Headers.SetCookie = domain.OccurrencePath(l.RoundID, l.OccurrenceID), &cookie
	return out, nil
}

// answerLink finds a link. KindNotFound; only those who guess are slowed down: whole offices open good ones at nine.
func (h *handlers) answerLink(ctx context.Context, secret string) (domain.AnswerLink, error) {
	l, err := h.Rounds.AnswerLink(ctx, hashSecret(secret))
	if err == nil {
		return l, nil
	}
	if domain.KindOf(err) != domain.KindNotFound {
		return l, fmt.Errorf("find answer link: %w", err)
	}
	if err := h.guesses.try(callerOf(ctx).address, ""); err != nil {
		return l, err
	}
	return l, domain.Errorf(domain.KindNotFound, "this link is not valid")
}

// signInBy gives the cookie of a link's sign-in, which is one however often the link is opened. KindNotFound: its person is not of the round.
func (h *handlers) signInBy(ctx context.Context, l domain.AnswerLink, secret string) (string, error) {
	who, now := callerOf(ctx), time.Now()
	cookie := signInSecret(l, secret)
	err := h.SignIns.PutForAnswer(ctx, domain.SignIn{
		ID: domain.NewID[domain.SignInID](), AccountID: l.AccountID, WorkspaceID: l.WorkspaceID, UserAgent: who.userAgent, Address: who.address,
		CreatedAt: now, LastSeenAt: now, ExpiresAt: l.ExpiresAt, OccurrenceID: l.OccurrenceID, LinkHash: l.Hash,
	}, hashSecret(cookie))
	if err != nil {
		return "", fmt.Errorf("sign in for an answer: %w", err)
	}
	return h.cookie(cookie, l.ExpiresAt).String(), nil
}

// signInSecret follows from the mail's secret and from what stands in the database alone, so that neither is enough to know it.
func signInSecret(l domain.AnswerLink, secret string) string {
	mac := hmac.New(sha256.New, l.Salt)
	mac.Write([]byte(secret))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func openPage(to string, cookie *string) gen.OpenAnswerLink303Response {
	return gen.OpenAnswerLink303Response{Headers: gen.OpenAnswerLink303ResponseHeaders{Location: &to, SetCookie: cookie}}
}

// MailAnswerLink is the way in from a chat: a link that everybody there sees cannot say who opens it, so the person's own goes to their mailbox.
func (h *handlers) MailAnswerLink(ctx context.Context, r gen.MailAnswerLinkRequestObject) (gen.MailAnswerLinkResponseObject, error) {
	if !h.HasMail {
		return nil, domain.Errorf(domain.KindConflict, "this server sends no mail; sign in to answer")
	}
	if err := h.guesses.try(callerOf(ctx).address, ""); err != nil {
		return nil, err
	}
	email := strings.ToLower(strings.TrimSpace(r.Body.Email))
	if err := h.Rounds.MailLink(ctx, domain.OccurrenceID(r.OccurrenceId), email, time.Now()); err != nil {
		return nil, fmt.Errorf("mail an answer link: %w", err)
	}
	return gen.MailAnswerLink202Response{}, nil
}
