package postgres

import (
	"context"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"baton/domain"
	"baton/postgres/internal/sqlc"
)

const noWebhook = "there is no such webhook"

// Webhooks keeps where news are posted, and what is on its way there.
type Webhooks struct{ db *DB }

// Create makes one. KindNotFound for a space of another workspace.
func (s Webhooks) Create(ctx context.Context, w domain.Webhook) error {
	return s.db.inTx(ctx, "make a webhook", func(t *tx) error {
		if err := t.checkSpace(ctx, domain.Clip{WorkspaceID: w.WorkspaceID, SpaceID: w.SpaceID}); err != nil {
			return err
		}
		return t.InsertWebhook(ctx, sqlc.InsertWebhookParams{
			ID: w.ID, WorkspaceID: w.WorkspaceID, SpaceID: orNull(w.SpaceID), Kind: w.Kind, Name: w.Name, Url: w.URL, Secret: w.Secret,
			Wants: textsOfKinds(w.Wants), CreatedBy: w.CreatedBy, CreatedAt: w.CreatedAt,
		})
	})
}

// List lists those of a workspace, the oldest first.
func (s Webhooks) List(ctx context.Context, w domain.WorkspaceID) ([]domain.Webhook, error) {
	rows, err := s.db.queries().Webhooks(ctx, w, "")
	return each(rows, toWebhook), failed("list webhooks", err)
}

// Get reads one. KindNotFound.
func (s Webhooks) Get(ctx context.Context, w domain.WorkspaceID, id domain.WebhookID) (domain.Webhook, error) {
	rows, err := s.db.queries().Webhooks(ctx, w, string(id))
	if err != nil || len(rows) == 0 || id == "" {
		return domain.Webhook{}, failed("read a webhook", found(0, err, noWebhook))
	}
	return toWebhook(rows[0]), nil
}

// Update changes name, address, what it wants, and whether it is paused. KindNotFound.
func (s Webhooks) Update(ctx context.Context, w domain.Webhook) error {
	n, err := s.db.queries().UpdateWebhook(ctx, sqlc.UpdateWebhookParams{
		Name: w.Name, Url: w.URL, Wants: textsOfKinds(w.Wants), Paused: w.Paused, WorkspaceID: w.WorkspaceID, ID: w.ID,
	})
	return failed("change a webhook", found(n, err, noWebhook))
}

// Pause stops one whose receiver wants no more; reason is shown to people.
func (s Webhooks) Pause(ctx context.Context, id domain.WebhookID, reason string) error {
	return failed("pause a webhook", s.db.queries().PauseWebhook(ctx, reason, id))
}

// Delete removes one and what was on its way to it. KindNotFound.
func (s Webhooks) Delete(ctx context.Context, w domain.WorkspaceID, id domain.WebhookID) error {
	n, err := s.db.queries().DeleteWebhook(ctx, w, id)
	return failed("delete a webhook", found(n, err, noWebhook))
}

// Post puts a message into the outbox of each webhook that wants it: those of the space, and those of the whole workspace (which alone are meant
// when space is empty). A webhook gets one message of a kind and ref, however often this is called. Inside a transaction of this
// package use tx.post.
func (s Webhooks) Post(ctx context.Context, w domain.WorkspaceID, space domain.SpaceID, m domain.Message) error {
	return s.db.inTx(ctx, "post to webhooks", func(t *tx) error { return t.post(ctx, w, space, m) })
}

// post is Post in the transaction of the event, so that neither is without the other.
func (t *tx) post(ctx context.Context, w domain.WorkspaceID, space domain.SpaceID, m domain.Message) error {
	return t.postIn(ctx, w, place{space: space}, m)
}

// place says whose webhooks a message is for.
type place struct {
	space domain.SpaceID
	// alone: not for those of the whole workspace, which may not see what is spoken of.
	alone bool
	// ofRound: the space is that of a round, and the clip that is spoken of is in none.
	ofRound bool
}

// postIn is post to a place.
func (t *tx) postIn(ctx context.Context, w domain.WorkspaceID, p place, m domain.Message) error {
	to, err := t.WebhooksFor(ctx, sqlc.WebhooksForParams{WorkspaceID: w, Kind: string(m.Kind), SpaceID: string(p.space), Alone: p.alone})
	if err != nil {
		return err
	}
	if m.At.IsZero() {
		m.At = time.Now()
	}
	due := m.At.Add(patience(m))
	for _, id := range to {
		m.ID = domain.NewID[domain.MessageID]()
		if err := t.InsertPost(ctx, sqlc.InsertPostParams{
			ID: m.ID, WebhookID: id, Kind: m.Kind, Ref: m.Ref, ClipID: orNull(m.ClipID), OfRound: p.ofRound, Message: m, DueAt: &due,
		}); err != nil {
			return err
		}
	}
	return nil
}

// patience is how long a message may wait for what makes it better: a clip without a title mostly gets one from its words.
func patience(m domain.Message) time.Duration {
	if m.Kind == domain.MessageClip && m.Title == "" {
		return time.Minute
	}
	return 0
}

// Claim gives messages that are due, at most one for each webhook and none for those that are busy, so that a slow receiver keeps only its own waiting. What is claimed is due
// again in two minutes unless Sent or Failed says how it went: who is killed while they send sends again, under the same id. false in shown: what
// it speaks of is gone or has become private, and is not to be sent.
func (s Webhooks) Claim(ctx context.Context, limit int, busy []domain.WebhookID) ([]domain.Post, []bool, error) {
	rows, err := s.db.queries().ClaimPosts(ctx, orEmpty(each(busy, func(id domain.WebhookID) string { return string(id) })), limit)
	shown := each(rows, func(r sqlc.ClaimPostsRow) bool { return r.Shown })
	return each(rows, func(r sqlc.ClaimPostsRow) domain.Post {
		p := toPost(r.Post)
		p.Webhook = toWebhook(r.Webhook)
		if r.ClipTitle != "" && p.Message.Kind == domain.MessageClip {
			p.Message.Title = r.ClipTitle
		}
		if r.Hushed {
			p.Message = withoutWords(p.Message)
		}
		return p
	}), shown, failed("find what to post", err)
}

// Sent notes that a message has arrived.
func (s Webhooks) Sent(ctx context.Context, id domain.MessageID) error {
	return failed("note what was posted", s.db.queries().PostSent(ctx, id))
}

// Failed notes why a message has not arrived, and when it is tried again; zero: not any more.
func (s Webhooks) Failed(ctx context.Context, id domain.MessageID, reason string, again time.Time) error {
	return failed("note what was not posted", s.db.queries().PostFailed(ctx, sqlc.PostFailedParams{DueAt: orNull(again), Reason: reason, ID: id}))
}

// Posts lists the last messages to a webhook, the newest first.
func (s Webhooks) Posts(ctx context.Context, w domain.WorkspaceID, id domain.WebhookID) ([]domain.Post, error) {
	rows, err := s.db.queries().PostsOf(ctx, w, id)
	return each(rows, func(r sqlc.PostsOfRow) domain.Post { return toPost(r.Post) }), failed("list what was posted", err)
}

// Revive tries a message again that was given up. KindNotFound.
func (s Webhooks) Revive(ctx context.Context, w domain.WorkspaceID, id domain.WebhookID, m domain.MessageID) error {
	n, err := s.db.queries().RevivePost(ctx, sqlc.RevivePostParams{ID: m, WebhookID: id, WorkspaceID: w})
	return failed("post again", found(n, err, "there is no such message that was given up"))
}

// Prune removes what was posted a month ago.
func (s Webhooks) Prune(ctx context.Context) error {
	return failed("prune what was posted", s.db.queries().PrunePosts(ctx))
}

// postClip tells of a clip that a space's, or the workspace's, people can watch now and could not before.
func (t *tx) postClip(ctx context.Context, before, c domain.Clip) error {
	had := newsPlaces(before)
	fresh := slices.DeleteFunc(newsPlaces(c), func(p place) bool { return slices.Contains(had, p) })
	if len(fresh) == 0 {
		return nil
	}
	row, err := t.Account(ctx, c.OwnerID)
	if err != nil {
		return err
	}
	owner := row.Account
	for _, p := range fresh {
		if err := t.tellOfClip(ctx, c, p.space, toAccount(owner)); err != nil {
			return err
		}
		err := t.postIn(ctx, c.WorkspaceID, p, domain.Message{
			Kind: domain.MessageClip, Ref: string(c.ID), Title: c.Title, Text: "A new clip from " + owner.Name, Path: "/c/" + string(c.ID), ClipID: c.ID,
			Data: map[string]any{"clip_id": c.ID, "duration_ms": c.DurationMS, "owner": owner.Name},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// newsPlaces is where one hears of a clip, if it can be watched: its space with the workspace unless it is private, and each space that it is shared with.
func newsPlaces(c domain.Clip) []place {
	if c.State != domain.ClipReady || c.ParentID != "" {
		return nil
	}
	return placesOf(c)
}

func placesOf(c domain.Clip) []place {
	var out []place
	if c.Visibility != domain.VisiblePrivate {
		out = append(out, place{space: c.SpaceID})
	}
	for _, s := range c.Spaces {
		out = append(out, place{space: s, alone: true})
	}
	return out
}

// postComment tells of what somebody says about a clip that others can watch.
func (t *tx) postComment(ctx context.Context, clip domain.Clip, c domain.Comment) error {
	if clip.ParentID != "" || c.PrivateTo != "" {
		return nil
	}
	title := clip.Title
	if title == "" {
		title = "a clip"
	}
	for _, p := range placesOf(clip) {
		err := t.postIn(ctx, clip.WorkspaceID, p, domain.Message{
			Kind: domain.MessageComment, Ref: string(c.ID), Title: c.Author.Name + " commented on " + title, Text: excerpt(c.Body),
			Path: moment(clip.ID, c.AtMS), ClipID: clip.ID, Data: map[string]any{"clip_id": clip.ID, "comment_id": c.ID, "at_ms": c.AtMS},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// moment is the page of a clip at a time.
func moment(id domain.ClipID, atMS int64) string {
	return "/c/" + string(id) + "?t=" + strconv.FormatInt(atMS/1000, 10)
}

// excerpt is the beginning of a text.
func excerpt(text string) string {
	if utf8.RuneCountInString(text) > excerptLength {
		return string([]rune(text)[:excerptLength]) + "…"
	}
	return text
}

func textsOfKinds(all []domain.MessageKind) []string {
	return each(all, func(k domain.MessageKind) string { return string(k) })
}

func toWebhook(w sqlc.Webhook) domain.Webhook {
	return domain.Webhook{
		ID: w.ID, WorkspaceID: w.WorkspaceID, SpaceID: deref(w.SpaceID), Kind: w.Kind, Name: w.Name, URL: w.Url, Secret: w.Secret,
		Wants:  each(w.Wants, func(k string) domain.MessageKind { return domain.MessageKind(k) }),
		Paused: w.Paused, PausedReason: w.PausedReason, CreatedBy: w.CreatedBy, CreatedAt: w.CreatedAt,
	}
}

func toPost(p sqlc.Post) domain.Post {
	return domain.Post{
		Message: p.Message, Tries: p.Tries, CreatedAt: p.CreatedAt, DueAt: deref(p.DueAt), SentAt: deref(p.SentAt), DeadAt: deref(p.DeadAt), Reason: p.Reason,
		Webhook: domain.Webhook{ID: p.WebhookID},
	}
}
