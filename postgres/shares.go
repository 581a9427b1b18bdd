package postgres

import (
	"context"
	"time"

	"baton/domain"
	"baton/postgres/internal/sqlc"
)

const (
	noShare = "there is no such link"
	// maxShares and maxRequests bound what a clip has of them.
	maxShares, maxRequests = 100, 100
	// maxStrangeRequests is how many of them may be from people without an account, so that they shut nobody else out.
	maxStrangeRequests = 20
)

// Shares keeps the links to clips, and who came by them.
type Shares struct{ db *DB }

// Create keeps a link under the hash of its secret. KindNotFound for the clip; KindTooMany.
func (s Shares) Create(ctx context.Context, sh domain.Share, secretHash []byte) error {
	return s.db.inTx(ctx, "make a link", func(t *tx) error {
		if _, err := t.lockClip(ctx, sh.ClipID); err != nil {
			return err
		}
		if n, err := t.CountShares(ctx, sh.ClipID); err != nil {
			return err
		} else if n >= maxShares {
			return domain.Errorf(domain.KindTooMany, "this clip has %d links already; take some back", n)
		}
		return t.InsertShare(ctx, sqlc.InsertShareParams{
			ID: sh.ID, ClipID: sh.ClipID, SecretHash: secretHash, CreatedBy: sh.CreatedBy, Name: sh.Name, PasswordHash: sh.PasswordHash,
			EmailDomain: sh.EmailDomain, ExpiresAt: orNull(sh.ExpiresAt), MaxViews: sh.MaxViews, Comments: sh.Comments, Downloads: sh.Downloads,
		})
	})
}

// List gives the links of a clip that were not taken back, the newest first.
func (s Shares) List(ctx context.Context, clip domain.ClipID) ([]domain.Share, error) {
	rows, err := s.db.queries().Shares(ctx, clip)
	return each(rows, func(r sqlc.SharesRow) domain.Share { return toShare(r.Share) }), failed("list links", err)
}

// Get reads a link that was not taken back. KindNotFound.
func (s Shares) Get(ctx context.Context, clip domain.ClipID, id domain.ShareID) (domain.Share, error) {
	r, err := s.db.queries().Share(ctx, clip, id)
	return toShare(r.Share), failed("read a link", orNotFound(err, noShare))
}

// BySecret finds a link, also one that has expired or was taken back, unless its clip was deleted. KindNotFound.
func (s Shares) BySecret(ctx context.Context, secretHash []byte) (domain.Share, error) {
	r, err := s.db.queries().ShareBySecret(ctx, secretHash)
	return toShare(r.Share), failed("find a link", orNotFound(err, noShare))
}

// Update changes a link's name and conditions. Open players are asked again. KindNotFound.
func (s Shares) Update(ctx context.Context, sh domain.Share) error {
	return s.db.inTx(ctx, "change a link", func(t *tx) error {
		c, err := t.lockClip(ctx, sh.ClipID)
		if err != nil {
			return err
		}
		if _, err := t.Share(ctx, sh.ClipID, sh.ID); err != nil {
			return orNotFound(err, noShare)
		}
		err = t.UpdateShare(ctx, sqlc.UpdateShareParams{
			ID: sh.ID, Name: sh.Name, PasswordHash: sh.PasswordHash, EmailDomain: sh.EmailDomain, ExpiresAt: orNull(sh.ExpiresAt),
			MaxViews: sh.MaxViews, Comments: sh.Comments, Downloads: sh.Downloads,
		})
		if err != nil {
			return err
		}
		return t.clipChanged(c)
	})
}

// Revoke takes a link back: who came by it is out at once. KindNotFound.
func (s Shares) Revoke(ctx context.Context, clip domain.ClipID, id domain.ShareID) error {
	return s.db.inTx(ctx, "take a link back", func(t *tx) error {
		c, err := t.lockClip(ctx, clip)
		if err != nil {
			return err
		}
		n, err := t.RevokeShare(ctx, clip, id)
		if err := found(n, err, noShare); err != nil {
			return err
		}
		if err := t.ForgetPasses(ctx, id); err != nil {
			return err
		}
		return t.clipChanged(c)
	})
}

// Enter gives a guest a pass to a link, and counts it as a view if they had none. KindGone when the link is not open, or was opened as
// often as it may be; KindNotFound.
func (s Shares) Enter(ctx context.Context, id domain.ShareID, guest domain.GuestID) error {
	return s.db.inTx(ctx, "open a link", func(t *tx) error {
		row, err := t.LockShare(ctx, id)
		if err != nil {
			return orNotFound(err, noShare)
		}
		sh := toShare(row.Share)
		if err := sh.Open(time.Now()); err != nil {
			return err
		}
		if removed, err := t.GuestRemoved(ctx, sh.ClipID, string(guest)); err != nil {
			return err
		} else if removed {
			return domain.Errorf(domain.KindForbidden, "you were taken out of this clip")
		}
		n, err := t.InsertPass(ctx, id, guest)
		if err != nil || n == 0 {
			return err
		}
		if err := sh.Full(); err != nil {
			return err
		}
		return t.CountView(ctx, id)
	})
}

// NewGuest keeps a browser under the hash of its cookie.
func (s Shares) NewGuest(ctx context.Context, g domain.Guest, tokenHash []byte) error {
	return failed("make a guest", s.db.queries().InsertGuest(ctx, sqlc.InsertGuestParams{ID: g.ID, TokenHash: tokenHash, Name: g.Name}))
}

// RenameGuest changes the name under which a guest comments.
func (s Shares) RenameGuest(ctx context.Context, id domain.GuestID, name string) error {
	return failed("name a guest", s.db.queries().RenameGuest(ctx, name, id))
}

// Guest finds a browser with the passes that hold now. KindNotFound.
func (s Shares) Guest(ctx context.Context, tokenHash []byte) (domain.Guest, error) {
	q := s.db.queries()
	r, err := q.GuestByToken(ctx, tokenHash)
	if err != nil {
		return domain.Guest{}, failed("find a guest", orNotFound(err, "there is no such guest"))
	}
	g := domain.Guest{ID: r.ID, Name: r.Name, Removed: idsAs[domain.ClipID](r.Removed), Passes: map[domain.ClipID]domain.Pass{}}
	rows, err := q.Passes(ctx, g.ID)
	for _, p := range rows {
		// Of several links to a clip each may allow something.
		have := g.Passes[p.ClipID]
		g.Passes[p.ClipID] = domain.Pass{Links: append(have.Links, p.ID), Comments: have.Comments || p.Comments, Downloads: have.Downloads || p.Downloads}
	}
	return g, failed("find a guest's passes", err)
}

// SetPeople makes members all who may watch a clip whatever its visibility; others than members are left out.
func (s Shares) SetPeople(ctx context.Context, clip domain.ClipID, people []domain.AccountID) error {
	return s.db.inTx(ctx, "share with people", func(t *tx) error {
		c, err := t.lockClip(ctx, clip)
		if err != nil {
			return err
		}
		return t.setPeople(ctx, c, people)
	})
}

func (t *tx) setPeople(ctx context.Context, c domain.Clip, people []domain.AccountID) error {
	if c.ParentID != "" {
		return domain.Errorf(domain.KindConflict, "an answer is seen by those who see the clip that it answers")
	}
	rows, err := t.MembersAmong(ctx, c.WorkspaceID, orEmpty(textsOf(people)))
	if err != nil {
		return err
	}
	before := c.People
	if c.People = each(rows, func(r sqlc.MembersAmongRow) domain.AccountID { return r.AccountID }); len(c.People) > 200 {
		return domain.Errorf(domain.KindTooLarge, "a clip is shared with at most 200 people by name")
	}
	if err := t.SetPeople(ctx, textsOf(c.People), c.ID); err != nil {
		return err
	}
	if err := t.showReplies(ctx, c); err != nil {
		return err
	}
	// Those who were left out have to learn that they are: their open players look again.
	c.People = append(c.People, before...)
	return t.clipChanged(c)
}

// People names the members with whom a clip is shared by name.
func (s Shares) People(ctx context.Context, c domain.Clip) ([]domain.Account, error) {
	rows, err := s.db.queries().MembersAmong(ctx, c.WorkspaceID, orEmpty(textsOf(c.People)))
	return each(rows, func(r sqlc.MembersAmongRow) domain.Account { return domain.Account{ID: r.AccountID, Name: r.Name} }),
		failed("list people", err)
}

// Request keeps that somebody asks to be let in. Asking twice is asking once; when very many ask nobody further is heard.
func (s Shares) Request(ctx context.Context, r domain.AccessRequest) error {
	return s.db.inTx(ctx, "ask for access", func(t *tx) error {
		clip, err := t.lockClip(ctx, r.ClipID)
		if err != nil {
			return err
		}
		n, err := t.CountOpenRequests(ctx, r.ClipID)
		if err != nil || n >= maxRequests {
			return err
		}
		if r.AccountID != "" || r.Email != "" {
			same, err := t.SameRequest(ctx, sqlc.SameRequestParams{ClipID: r.ClipID, AccountID: string(r.AccountID), Email: r.Email})
			if err != nil || same {
				return err
			}
		}
		if r.Email != "" {
			if n, err := t.CountStrangeRequests(ctx, r.ClipID); err != nil || n >= maxStrangeRequests {
				return err
			}
		}
		err = t.InsertAccessRequest(ctx, sqlc.InsertAccessRequestParams{
			ID: r.ID, ClipID: r.ClipID, ShareID: orNull(r.ShareID), AccountID: orNull(r.AccountID), Name: r.Name, Message: r.Message, Email: r.Email,
		})
		if err != nil {
			return err
		}
		return t.tell(ctx, domain.Notice{
			WorkspaceID: clip.WorkspaceID, AccountID: clip.OwnerID, Kind: domain.NoticeAccess, Ref: string(r.ID), ClipID: clip.ID, Actor: r.Name, Excerpt: r.Message,
		})
	})
}

// Requests lists those of a clip that were not answered, the newest first.
func (s Shares) Requests(ctx context.Context, clip domain.ClipID) ([]domain.AccessRequest, error) {
	rows, err := s.db.queries().OpenRequests(ctx, clip)
	return each(rows, func(r sqlc.OpenRequestsRow) domain.AccessRequest {
		return toAccessRequest(r.AccessRequest)
	}), failed("list requests", err)
}

// OpenRequest reads one that was not answered. KindNotFound.
func (s Shares) OpenRequest(ctx context.Context, clip domain.ClipID, id domain.RequestID) (domain.AccessRequest, error) {
	r, err := s.db.queries().AccessRequest(ctx, clip, id)
	return toAccessRequest(r.AccessRequest), failed("read a request", orNotFound(err, "there is no such request"))
}

func toAccessRequest(a sqlc.AccessRequest) domain.AccessRequest {
	return domain.AccessRequest{
		ID: a.ID, ClipID: a.ClipID, ShareID: deref(a.ShareID), AccountID: deref(a.AccountID), Name: a.Name, Email: a.Email, Message: a.Message, CreatedAt: a.CreatedAt,
	}
}

// Answer grants a request, or not: who has an account is let in by name, a link goes on for domain.ShareExtension days. KindNotFound.
func (s Shares) Answer(ctx context.Context, clip domain.ClipID, id domain.RequestID, granted bool) error {
	return s.db.inTx(ctx, "answer a request", func(t *tx) error {
		c, err := t.lockClip(ctx, clip)
		if err != nil {
			return err
		}
		r, err := t.AnswerRequest(ctx, sqlc.AnswerRequestParams{ClipID: clip, ID: id, Granted: granted})
		if err != nil || !granted {
			return orNotFound(err, "there is no such request")
		}
		if share := deref(r.ShareID); share != "" {
			return t.ExtendShare(ctx, domain.ShareExtension, share)
		}
		if r.AccountID == nil {
			return nil // a link was made for them
		}
		return t.setPeople(ctx, c, append(c.People, *r.AccountID))
	})
}

func toShare(s sqlc.Share) domain.Share {
	return domain.Share{
		ID: s.ID, ClipID: s.ClipID, CreatedBy: s.CreatedBy, Name: s.Name, PasswordHash: s.PasswordHash, EmailDomain: s.EmailDomain,
		ExpiresAt: deref(s.ExpiresAt), MaxViews: s.MaxViews, Views: s.Views, Comments: s.Comments, Downloads: s.Downloads,
		CreatedAt: s.CreatedAt, RevokedAt: deref(s.RevokedAt),
	}
}
