package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"baton/domain"
)

// Enqueuer puts jobs into the queue inside a transaction, so that a change of state and what follows
// from it happen together or not at all.
type Enqueuer interface {
	EnqueueTx(ctx context.Context, tx pgx.Tx, jobs []domain.Job) error
}

// DB holds the stores, one a noun. Errors that somebody must act on are domain.Errors of the kinds that the methods name.
type DB struct {
	pool  *pgxpool.Pool
	queue Enqueuer

	Workspaces  Workspaces
	Accounts    Accounts
	Members     Members
	SignIns     SignIns
	Tokens      Tokens
	Invites     Invites
	Spaces      Spaces
	Clips       Clips
	Recordings  Recordings
	Playback    Playback
	Transcripts Transcripts
	Screens     Screens
	Terms       Terms
	Comments    Comments
	Search      Search
	Events      Events
	Shares      Shares
	Watches     Watches
	Notices     Notices
	Hours       Hours
	Rounds      Rounds
	Asks        Asks
	Decisions   Decisions
	Blockers    Blockers
	Ledger      Ledger
	Podcasts    Podcasts
	StartHere   StartHere
	Webhooks    Webhooks
	Edits       Edits
	Pushes      Pushes
	Pictures    Pictures
}

// New makes the stores over a migrated database. The pool stays the caller's.
func New(pool *pgxpool.Pool, queue Enqueuer) *DB {
	db := &DB{pool: pool, queue: queue}
	db.Workspaces, db.Accounts, db.Members = Workspaces{db}, Accounts{db}, Members{db}
	db.SignIns, db.Tokens, db.Invites = SignIns{db}, Tokens{db}, Invites{db}
	db.Spaces, db.Clips, db.Recordings, db.Playback = Spaces{db}, Clips{db}, Recordings{db}, Playback{db}
	db.Transcripts, db.Screens, db.Comments, db.Terms = Transcripts{db}, Screens{db}, Comments{db}, Terms{db}
	db.Search, db.Events, db.Hours = Search{db}, Events{db}, Hours{db}
	db.Rounds, db.Asks, db.Decisions, db.Blockers = Rounds{db}, Asks{db}, Decisions{db}, Blockers{db}
	db.Shares, db.Watches, db.Notices = Shares{db}, Watches{db}, Notices{db}
	db.Ledger, db.StartHere = Ledger{db}, StartHere{db}
	db.Webhooks, db.Pushes, db.Pictures = Webhooks{db}, Pushes{db}, Pictures{db}
	db.Podcasts = Podcasts{db}
	db.Edits = Edits{db}
	return db
}

// Ping tells whether the database answers.
func (db *DB) Ping(ctx context.Context) error {
	if err := db.pool.Ping(ctx); err != nil {
		return domain.Errorf(domain.KindUnavailable, "the database does not answer").Because(fmt.Errorf("ping: %w", err))
	}
	return nil
}
