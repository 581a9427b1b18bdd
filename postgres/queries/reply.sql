-- name: ShowRepliesTo :exec
update clip set visibility = @visibility, people = @people::text[], spaces = @spaces::text[], guest_comments = @guest_comments, downloads = @downloads, updated_at = now() where parent_id = @parent_id::text;

-- name: RepliesTo :many
select sqlc.embed(clip) from clip where parent_id = @parent_id::text and deleted_at is null for no key update;

-- name: CommentOfReply :one
select comment.id, comment.clip_id from comment where reply_clip_id = @reply_clip_id::text and deleted_at is null;

-- name: Replies :many
-- What a thread shows of the clips that stand in it. The words are cut: the clip's own page has them all.
select sqlc.embed(clip), left(coalesce((select string_agg(nullif(case when clip.cuts = '[]' then cue.body else kept_text(cue.body, cue.start_ms, cue.end_ms, cue.words, clip.cuts) end, ''), ' ' order by cue.no) from cue where cue.clip_id = clip.id and cue.no < 400), ''), 4000)::text as words
  from clip where clip.id = any(@clips::text[]) and clip.deleted_at is null;
