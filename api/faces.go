package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"baton/api/gen"
	"baton/domain"
	"baton/internal/pictures"
)

// faces keeps which picture people show of themselves.
type faces interface {
	// Put makes a picture somebody's, and gives the key of the one that it replaces; empty: there was none.
	Put(ctx context.Context, p domain.Picture) (string, error)
	// Remove takes somebody's picture away and gives its key; empty: there was none.
	Remove(ctx context.Context, id domain.AccountID) (string, error)
	// OfWorkspace lists the pictures of those who are, or were, in a workspace; InWorkspace reads one. KindNotFound.
	OfWorkspace(ctx context.Context, w domain.WorkspaceID) ([]domain.Picture, error)
	InWorkspace(ctx context.Context, w domain.WorkspaceID, id domain.AccountID) (domain.Picture, error)
	// OfClip lists the pictures of a clip's owner and of those who say something about it to everybody; OnClip reads one. KindNotFound.
	OfClip(ctx context.Context, c domain.ClipID) ([]domain.Picture, error)
	OnClip(ctx context.Context, c domain.ClipID, id domain.AccountID) (domain.Picture, error)
}

func (h *handlers) registerFaces(r gen.EchoRouter) {
	r.PUT("/api/v1/me/picture", h.putMyPicture)
	r.GET("/api/v1/pictures/:account_id", h.getPicture)
	r.GET("/api/v1/clips/:id/pictures/:account_id", h.watching(h.getClipPicture))
}

// readPicture takes a picture from a request's body, makes it harmless with clean, and says in words why it is not taken.
func (h *handlers) readPicture(c echo.Context, clean func(context.Context, []byte) (pictures.Clean, error)) (pictures.Clean, error) {
	data, err := readBody(c, pictures.MaxBytes, "a picture")
	if err != nil {
		return pictures.Clean{}, err
	}
	made, err := clean(c.Request().Context(), data)
	switch {
	case errors.Is(err, pictures.ErrTooLarge):
		err = domain.Errorf(domain.KindTooLarge, "a picture has at most %d MiB and %d megapixels", pictures.MaxBytes>>20, pictures.MaxPixels/1_000_000)
	case errors.Is(err, pictures.ErrFormat):
		err = domain.Errorf(domain.KindUnsupported, "this is no PNG, JPEG, GIF or WebP picture")
	case err != nil:
		err = fmt.Errorf("clean picture: %w", err)
	}
	return made, err
}

// putMyPicture keeps what somebody shows of themselves. Its type is what its bytes are, whatever the request says.
func (h *handlers) putMyPicture(c echo.Context) error {
	ctx := c.Request().Context()
	who := callerOf(ctx)
	clean, err := h.readPicture(c, func(ctx context.Context, data []byte) (pictures.Clean, error) {
		return h.pictures.Square(ctx, data, domain.PictureSide)
	})
	if err != nil {
		return err
	}
	p := domain.Picture{AccountID: who.AccountID, ObjectKey: h.Keys.Picture(who.AccountID, domain.NewID[string]()), Bytes: int64(len(clean.Data))}
	if err := h.Objects.Put(ctx, p.ObjectKey, clean.ContentType, clean.Data); err != nil {
		return fmt.Errorf("store picture: %w", err)
	}
	before, err := h.Faces.Put(ctx, p)
	if err != nil {
		return errors.Join(err, h.Objects.Delete(ctx, p.ObjectKey))
	}
	h.dropPicture(ctx, before)
	return c.JSON(http.StatusOK, pictureOf(who.base+"/api/v1", p))
}

func (h *handlers) DeleteMyPicture(ctx context.Context, _ gen.DeleteMyPictureRequestObject) (gen.DeleteMyPictureResponseObject, error) {
	key, err := h.Faces.Remove(ctx, callerOf(ctx).AccountID)
	if err != nil {
		return nil, fmt.Errorf("remove picture: %w", err)
	}
	h.dropPicture(ctx, key)
	return gen.DeleteMyPicture204Response{}, nil
}

// dropPicture deletes what nobody shows any more. Nothing leads to it, so failing to is no error of the request's.
func (h *handlers) dropPicture(ctx context.Context, key string) {
	if key == "" {
		return
	}
	if err := h.Objects.Delete(ctx, key); err != nil {
		h.Log.WarnContext(ctx, "a picture that is not shown any more was not deleted", slog.String("key", key), slog.Any("error", err))
	}
}

func (h *handlers) ListPictures(ctx context.Context, _ gen.ListPicturesRequestObject) (gen.ListPicturesResponseObject, error) {
	who := callerOf(ctx)
	all, err := h.Faces.OfWorkspace(ctx, who.WorkspaceID)
	if err != nil {
		return nil, fmt.Errorf("list pictures: %w", err)
	}
	return gen.ListPictures200JSONResponse(picturesOf(who.base+"/api/v1", all)), nil
}

func (h *handlers) ListClipPictures(ctx context.Context, r gen.ListClipPicturesRequestObject) (gen.ListClipPicturesResponseObject, error) {
	c, err := h.gate(ctx, r.Id, domain.ActionWatch)
	if err != nil {
		return nil, err
	}
	all, err := h.Faces.OfClip(ctx, c.ID)
	if err != nil {
		return nil, fmt.Errorf("list pictures: %w", err)
	}
	return gen.ListClipPictures200JSONResponse(picturesOf(clipPath(callerOf(ctx).base, c.ID), all)), nil
}

func picturesOf(base string, all []domain.Picture) gen.Pictures {
	out := gen.Pictures{Pictures: make([]gen.Picture, 0, len(all))}
	for _, p := range all {
		out.Pictures = append(out.Pictures, pictureOf(base, p))
	}
	return out
}

func pictureOf(base string, p domain.Picture) gen.Picture {
	at := base + "/pictures/" + url.PathEscape(string(p.AccountID))
	return gen.Picture{AccountId: string(p.AccountID), Url: *picture(at, p.ObjectKey)}
}

const noPicture = "they show no picture, or you may not see it"

func (h *handlers) getPicture(c echo.Context) error {
	ctx := c.Request().Context()
	p, err := h.Faces.InWorkspace(ctx, callerOf(ctx).WorkspaceID, domain.AccountID(c.Param("account_id")))
	if err != nil {
		return named(err, "read picture", noPicture)
	}
	return h.servePerson(c, p)
}

func (h *handlers) getClipPicture(c echo.Context, clip domain.Clip) error {
	p, err := h.Faces.OnClip(c.Request().Context(), clip.ID, domain.AccountID(c.Param("account_id")))
	if err != nil {
		return named(err, "read picture", noPicture)
	}
	return h.servePerson(c, p)
}

func (h *handlers) servePerson(c echo.Context, p domain.Picture) error {
	inert(c)
	return h.serveObject(c, p.ObjectKey, p.Bytes, "image/jpeg")
}

// inert: should a browser ever take a picture of people's for a page after all, that page may do nothing.
func inert(c echo.Context) {
	c.Response().Header().Set("Content-Security-Policy", "default-src 'none'; sandbox")
	c.Response().Header().Set("Content-Disposition", "inline")
}
