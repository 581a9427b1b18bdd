-- name: InsertStitchPart :exec
insert into stitch_part (clip_id, no, part_id) values (@clip_id, @no, @part_id);

-- name: StitchParts :many
select coalesce(part_id, '')::text from stitch_part where clip_id = @clip_id order by no;

-- name: HoldClips :many
-- Nobody changes them until the end.
select sqlc.embed(clip) from clip where id = any(@clips::text[]) and deleted_at is null order by id for share;

-- name: HoldRole :one
select role from member where workspace_id = @workspace_id and account_id = @account_id and left_at is null for share;

-- name: CountStitchParts :one
select count(*)::int from stitch_part where clip_id = @clip_id;
