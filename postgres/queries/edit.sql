-- name: InsertEdit :exec
insert into edit (clip_id, no, author_id, cuts, reverts) values (@clip_id, @no, @author_id, @cuts, @reverts);

-- name: Edit :one
select cuts from edit where clip_id = @clip_id and no = @no;

-- name: Edits :many
-- The newest first.
select edit.no, edit.author_id, account.name as author_name, edit.created_at, edit.cuts, edit.reverts
  from edit join account on account.id = edit.author_id
 where edit.clip_id = @clip_id and (@before::int = 0 or edit.no < @before::int)
 order by edit.no desc limit @page_size::int;

-- name: SetClipCuts :exec
update clip set edit_no = @edit_no, cuts = @cuts, updated_at = now() where id = @id;

-- name: SetClipRendered :execrows
-- Only while the edit that was rendered holds.
update clip set rendered_no = @edit_no, cut_poster_key = @cut_poster_key, updated_at = now()
 where id = @id and edit_no = @edit_no;

-- name: ForgetRendered :exec
update clip set rendered_no = 0, updated_at = now() where id = @id;

-- name: CutRenditions :many
-- Those of the edited version.
select clip_id, name, codecs, width, height, bandwidth, complete from rendition
 where clip_id = @clip_id and name like 'cut%'
 order by height desc, bandwidth desc, name;
