package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"baton/domain"
	"baton/postgres/internal/sqlc"
)

const noPicture = "they show no picture"

// Pictures keeps which picture people show of themselves.
type Pictures struct{ db *DB }

// Put makes a picture somebody's, and gives the key of the one that it replaces; empty: there was none.
func (s Pictures) Put(ctx context.Context, p domain.Picture) (before string, err error) {
	err = s.db.inTx(ctx, "keep a picture", func(t *tx) error {
		var err error
		if before, err = t.PictureKey(ctx, p.AccountID); err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		return t.PutPicture(ctx, sqlc.PutPictureParams{AccountID: p.AccountID, ObjectKey: p.ObjectKey, Bytes: p.Bytes})
	})
	return before, err
}

// Remove takes somebody's picture away and gives its key; empty: there was none.
func (s Pictures) Remove(ctx context.Context, id domain.AccountID) (string, error) {
	key, err := s.db.queries().DeletePicture(ctx, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil
	}
	return key, failed("remove a picture", err)
}

// OfWorkspace lists the pictures of those who are, or were, in a workspace.
func (s Pictures) OfWorkspace(ctx context.Context, w domain.WorkspaceID) ([]domain.Picture, error) {
	rows, err := s.db.queries().WorkspacePictures(ctx, w, "")
	return each(rows, func(r sqlc.WorkspacePicturesRow) domain.Picture { return domain.Picture(r) }), failed("list pictures", err)
}

// InWorkspace reads the picture of somebody who is, or was, in a workspace. KindNotFound.
func (s Pictures) InWorkspace(ctx context.Context, w domain.WorkspaceID, id domain.AccountID) (domain.Picture, error) {
	rows, err := s.db.queries().WorkspacePictures(ctx, w, string(id))
	if err != nil || len(rows) == 0 {
		return domain.Picture{}, failed("read a picture", orNone(err))
	}
	return domain.Picture(rows[0]), nil
}

// OfClip lists the pictures of a clip's owner and of those who say something about it to everybody.
func (s Pictures) OfClip(ctx context.Context, c domain.ClipID) ([]domain.Picture, error) {
	rows, err := s.db.queries().ClipPictures(ctx, "", c)
	return each(rows, func(r sqlc.ClipPicturesRow) domain.Picture { return domain.Picture(r) }), failed("list pictures", err)
}

// OnClip reads the picture of one of them. KindNotFound.
func (s Pictures) OnClip(ctx context.Context, c domain.ClipID, id domain.AccountID) (domain.Picture, error) {
	rows, err := s.db.queries().ClipPictures(ctx, string(id), c)
	if err != nil || len(rows) == 0 {
		return domain.Picture{}, failed("read a picture", orNone(err))
	}
	return domain.Picture(rows[0]), nil
}

// orNone says that there is nothing where reading did not fail.
func orNone(err error) error {
	if err != nil {
		return err
	}
	return domain.Errorf(domain.KindNotFound, noPicture)
}
