package postgres

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"baton/domain"
	"baton/postgres/internal/sqlc"
)

// excerptLength in characters: a line of a mail.
const excerptLength = 280

// Notices keeps what people are told.
type Notices struct{ db *DB }

// tellOfComment tells those whom a new comment concerns, each once and for the most pressing reason.
func (t *tx) tellOfComment(ctx context.Context, clip domain.Clip, c domain.Comment) error {
	told := map[domain.AccountID]bool{c.Author.ID: true}
	if err := t.tellNamed(ctx, clip, c, told); err != nil {
		return err
	}
	if c.ParentID != "" {
		authors, err := t.ThreadAuthors(ctx, clip.ID, string(c.ParentID))
		if err != nil {
			return err
		}
		for _, a := range authors {
			if err := t.tellOne(ctx, domain.NoticeReply, domain.AccountID(a), clip, c, told); err != nil {
				return err
			}
		}
	}
	return t.tellOne(ctx, domain.NoticeComment, clip.OwnerID, clip, c, told)
}

// tellNewlyNamed tells those whom a changed comment names and did not name before.
func (t *tx) tellNewlyNamed(ctx context.Context, clip domain.Clip, before, c domain.Comment) error {
	told := map[domain.AccountID]bool{before.Author.ID: true}
	for _, m := range before.Mentions {
		told[m.ID] = true
	}
	before.Body, before.Mentions = c.Body, c.Mentions
	return t.tellNamed(ctx, clip, before, told)
}

func (t *tx) tellNamed(ctx context.Context, clip domain.Clip, c domain.Comment, told map[domain.AccountID]bool) error {
	for _, m := range c.Mentions {
		if err := t.tellOne(ctx, domain.NoticeMention, m.ID, clip, c, told); err != nil {
			return err
		}
	}
	return nil
}

// tellOne tells somebody of a comment, unless they were told already or may not see it.
func (t *tx) tellOne(ctx context.Context, kind domain.NoticeKind, to domain.AccountID, clip domain.Clip, c domain.Comment, told map[domain.AccountID]bool) error {
	who := domain.Viewer{AccountID: to, WorkspaceID: clip.WorkspaceID, Role: domain.RoleMember}
	if len(clip.Spaces) > 0 {
		in, err := t.JoinedSpaces(ctx, to)
		if err != nil {
			return err
		}
		who.Spaces = spacesOf(in)
	}
	if to == "" || told[to] || !who.May(domain.ActionWatch, &clip) || !c.VisibleTo(who, &clip) {
		return nil
	}
	told[to] = true
	return t.tell(ctx, domain.Notice{
		WorkspaceID: clip.WorkspaceID, AccountID: to, Kind: kind, Ref: string(c.ID), ClipID: clip.ID, Actor: c.Author.Name, Excerpt: c.Body, AtMS: c.AtMS,
	})
}

// tell keeps a notice, unless its person has muted the kind or was told of the event.
func (t *tx) tell(ctx context.Context, n domain.Notice) error {
	made, err := t.InsertNotice(ctx, sqlc.InsertNoticeParams{
		ID: domain.NewID[domain.NoticeID](), WorkspaceID: n.WorkspaceID, AccountID: n.AccountID, Kind: n.Kind, Ref: n.Ref, ClipID: orNull(n.ClipID),
		Actor: n.Actor, Excerpt: excerpt(n.Excerpt), AtMs: n.AtMS,
	})
	if err != nil || made == 0 {
		return err
	}
	return t.inboxChanged(n.WorkspaceID, n.AccountID)
}

func (t *tx) inboxChanged(w domain.WorkspaceID, to domain.AccountID) error {
	return t.changedFor([]domain.AccountID{to}, domain.EventInboxChanged, domain.Clip{WorkspaceID: w}, struct{}{})
}

// List gives what somebody was told, the newest first.
func (s Notices) List(ctx context.Context, v domain.Viewer, before domain.NoticeID, limit int) ([]domain.Notice, error) {
	rows, err := s.db.queries().Notices(ctx, sqlc.NoticesParams{WorkspaceID: v.WorkspaceID, AccountID: v.AccountID, Before: string(before), PageSize: limit})
	return each(rows, func(r sqlc.NoticesRow) domain.Notice {
		n := toNotice(r.Notice, r.Title)
		n.PlayedMS = playedAt(n.AtMS, r.Cuts, r.DurationMs)
		return n
	}), failed("list notices", err)
}

// Unread counts what somebody has not read.
func (s Notices) Unread(ctx context.Context, v domain.Viewer) (int, error) {
	n, err := s.db.queries().UnreadNotices(ctx, v.WorkspaceID, v.AccountID)
	return n, failed("count notices", err)
}

// Read marks notices as read, all of them when no ids are given. What was read is not mailed any more.
func (s Notices) Read(ctx context.Context, v domain.Viewer, ids []domain.NoticeID) error {
	return s.db.inTx(ctx, "mark notices as read", func(t *tx) error {
		err := t.ReadNotices(ctx, sqlc.ReadNoticesParams{
			WorkspaceID: v.WorkspaceID, AccountID: v.AccountID, Ids: each(ids, func(id domain.NoticeID) string { return string(id) }),
		})
		if err != nil {
			return err
		}
		return t.inboxChanged(v.WorkspaceID, v.AccountID)
	})
}

// ReadThread marks as read what somebody was told of the thread that a comment is in.
func (s Notices) ReadThread(ctx context.Context, v domain.Viewer, id domain.CommentID) error {
	return s.db.inTx(ctx, "mark a thread's notices as read", func(t *tx) error {
		n, err := t.ReadThread(ctx, sqlc.ReadThreadParams{WorkspaceID: v.WorkspaceID, AccountID: v.AccountID, CommentID: string(id)})
		if err != nil || n == 0 {
			return err
		}
		return t.inboxChanged(v.WorkspaceID, v.AccountID)
	})
}

// readClip marks as read that somebody was told of a clip that they play.
func (t *tx) readClip(ctx context.Context, c domain.Clip, a domain.AccountID) error {
	n, err := t.ReadClip(ctx, sqlc.ReadClipParams{WorkspaceID: c.WorkspaceID, AccountID: a, ClipID: string(c.ID)})
	if err != nil || n == 0 {
		return err
	}
	return t.inboxChanged(c.WorkspaceID, a)
}

// NextMail gives all that is due to be mailed to somebody. It comes again unless Mailed says that it was: who is killed while they send
// sends again. What may not come to somebody now is put off. false: nothing is due.
func (s Notices) NextMail(ctx context.Context, now time.Time) (domain.Mail, bool, error) {
	var mail domain.Mail
	found := false
	err := s.db.inTx(ctx, "find mail to send", func(t *tx) error {
		mail, found = domain.Mail{}, false
		if err := t.GiveUpMail(ctx, now); err != nil {
			return err
		}
		due, err := t.DueMail(ctx, now)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		} else if err != nil {
			return err
		}
		found = true
		if err := t.DropUnshown(ctx, due.AccountID); err != nil {
			return err
		}
		choice, err := t.choiceOf(ctx, due.AccountID)
		if err != nil {
			return err
		}
		if !due.Urgent {
			if err := t.delayMail(ctx, due.AccountID, choice, now); err != nil {
				return err
			}
		}
		mail, err = t.claimMail(ctx, due.AccountID, due.Urgent, now)
		mail.Unsubscribe, mail.Daily = choice.Unsubscribe, choice.Mail == domain.MailDaily && !due.Urgent
		return err
	})
	return mail, found && err == nil, err
}

func (t *tx) claimMail(ctx context.Context, a domain.AccountID, urgent bool, now time.Time) (domain.Mail, error) {
	var mail domain.Mail
	begun, err := t.MailBegun(ctx, sqlc.MailBegunParams{AccountID: a, Now: now, Urgent: urgent})
	if err != nil {
		return mail, err
	}
	if mail.ID = begun; begun == "" {
		mail.ID = domain.NewIDAt[string](now)
	}
	rows, err := t.ClaimMail(ctx, sqlc.ClaimMailParams{AccountID: a, Now: now, Urgent: urgent, Begun: begun, MailID: mail.ID})
	if err != nil {
		return mail, err
	}
	for _, r := range rows {
		mail.Name, mail.Email = r.Person, r.Email
		n := toNotice(r.Notice, r.Title)
		if err := t.addLink(ctx, &n, deref(r.Notice.MailUntil), now); err != nil {
			return mail, err
		}
		if err := t.addRecord(ctx, &n, now); err != nil {
			return mail, err
		}
		if err := t.addClip(ctx, &n); err != nil {
			return mail, err
		}
		mail.Notices = append(mail.Notices, n)
	}
	slices.SortFunc(mail.Notices, func(a, b domain.Notice) int { return cmp.Compare(a.ID, b.ID) })
	return mail, nil
}

// addClip names the pictures of a clip that a mail speaks of, and the moment in it, as its reader may see them.
func (t *tx) addClip(ctx context.Context, n *domain.Notice) error {
	if n.ClipID == "" {
		return nil
	}
	row, err := t.Clip(ctx, n.ClipID)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	} else if err != nil {
		return err
	}
	clip := toClip(row.Clip)
	edits := n.AccountID == clip.OwnerID
	n.Poster, n.Preview = clip.ShownPoster(edits), clip.ShownPreview(edits)
	n.PlayedMS = playedAt(n.AtMS, clip.Cuts, clip.DurationMS)
	return nil
}

// playedAt is where a moment of a recording is in what is played of it. A clip without cuts may still be growing.
func playedAt(ms int64, cuts []domain.Cut, durationMS int64) int64 {
	if len(cuts) == 0 {
		return ms
	}
	return domain.Kept(cuts, durationMS).Played(ms)
}

// Mailed notes that notices were mailed.
func (s Notices) Mailed(ctx context.Context, all []domain.Notice) error {
	return failed("note what was mailed", s.db.queries().MailDone(ctx, each(all, func(n domain.Notice) string { return string(n.ID) })))
}

// Prune removes what is half a year old, and the links of mails that ended a month ago.
func (s Notices) Prune(ctx context.Context) error {
	q := s.db.queries()
	return failed("prune notices", errors.Join(q.PruneNotices(ctx), q.PruneAnswerLinks(ctx)))
}

func toNotice(n sqlc.Notice, title string) domain.Notice {
	return domain.Notice{
		ID: n.ID, WorkspaceID: n.WorkspaceID, AccountID: n.AccountID, Kind: n.Kind, Ref: n.Ref, ClipID: deref(n.ClipID), ClipTitle: title, Title: n.Title, Path: n.Path, Actor: n.Actor,
		Excerpt: n.Excerpt, AtMS: n.AtMs, PlayedMS: n.AtMs, CreatedAt: n.CreatedAt, ReadAt: deref(n.ReadAt),
	}
}
