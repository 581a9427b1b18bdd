package api

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"baton/api/gen"
	"baton/domain"
)

// keys names objects. Package blob knows the layout.
type keys interface {
	Attachment(w domain.WorkspaceID, c domain.ClipID, a domain.AttachmentID) string
	Picture(a domain.AccountID, attempt string) string
}

func (h *handlers) registerAttachments(r gen.EchoRouter) {
	const at = "/api/v1/clips/:id/attachments"
	r.POST(at, h.addAttachment)
	r.GET("/api/v1/clips/:id/download", h.downloadClip)
	r.GET(at+"/:attachment_id", h.watching(h.getAttachment))
}

// addAttachment takes a picture for a comment that is being written. Its type is what its bytes are, whatever the request says.
func (h *handlers) addAttachment(c echo.Context) error {
	ctx := c.Request().Context()
	clip, err := h.gate(ctx, c.Param("id"), domain.ActionComment)
	if err != nil {
		return err
	}
	if who := callerOf(ctx); who.WorkspaceID != clip.WorkspaceID {
		return domain.Errorf(domain.KindForbidden, "guests write, and attach no pictures")
	}
	clean, err := h.readPicture(c, h.pictures.Clean)
	if err != nil {
		return err
	}
	who := callerOf(ctx)
	a := domain.Attachment{
		ID: domain.NewID[domain.AttachmentID](), ClipID: clip.ID, UploaderID: who.AccountID, ContentType: clean.ContentType,
		Width: clean.Width, Height: clean.Height, Bytes: int64(len(clean.Data)),
	}
	a.ObjectKey = h.Keys.Attachment(clip.WorkspaceID, clip.ID, a.ID)
	if err := h.Objects.Put(ctx, a.ObjectKey, a.ContentType, clean.Data); err != nil {
		return fmt.Errorf("store picture: %w", err)
	}
	if err := h.Comments.AddAttachment(ctx, a); err != nil {
		return errors.Join(err, h.Objects.Delete(ctx, a.ObjectKey))
	}
	return c.JSON(http.StatusCreated, attachmentOf(who, &a))
}

// getAttachment serves a picture to those who may see its comment; before it has one, to its uploader.
func (h *handlers) getAttachment(c echo.Context, clip domain.Clip) error {
	const none = "there is no such picture"
	ctx := c.Request().Context()
	a, comment, err := h.Comments.Attachment(ctx, clip.ID, domain.AttachmentID(c.Param("attachment_id")))
	if err != nil {
		return named(err, "read picture", none)
	}
	who := callerOf(ctx)
	if comment == nil && who.AccountID != a.UploaderID || comment != nil && !comment.VisibleTo(who.Viewer, &clip) {
		return domain.Errorf(domain.KindNotFound, none)
	}
	inert(c)
	return h.serveObject(c, a.ObjectKey, a.Bytes, a.ContentType)
}

func attachmentOf(who caller, a *domain.Attachment) gen.Attachment {
	return gen.Attachment{
		Id: string(a.ID), Url: clipPath(who.base, a.ClipID) + "/attachments/" + string(a.ID), ContentType: gen.AttachmentContentType(a.ContentType),
		Width: a.Width, Height: a.Height, Bytes: a.Bytes,
	}
}
