-- name: Screen :one
select clip_id, changes, state, reason, updated_at from screen where clip_id = @clip_id;

-- name: ScreenLines :many
select clip_id, no, start_ms, end_ms, body, confidence from screen_line where clip_id = @clip_id order by no;

-- name: PutScreenChanges :exec
insert into screen (clip_id, changes) values (@clip_id, @changes)
on conflict (clip_id) do update set changes = excluded.changes, updated_at = now();

-- name: PutScreenState :exec
insert into screen (clip_id, state, reason) values (@clip_id, @state, @reason)
on conflict (clip_id) do update set state = excluded.state, reason = excluded.reason, updated_at = now();

-- name: DeleteScreenLines :exec
delete from screen_line where clip_id = @clip_id;

-- name: InsertScreenLines :exec
insert into screen_line (clip_id, no, start_ms, end_ms, body, confidence)
select @clip_id, unnest(@nos::int[]), unnest(@starts::bigint[]), unnest(@ends::bigint[]), unnest(@bodies::text[]), unnest(@confidences::real[]);

-- name: SetClipReadScreen :exec
update clip set read_screen = @read_screen, updated_at = now() where id = @id;

-- name: ReadsScreen :one
select (clip.read_screen and workspace.read_screen)::bool
  from clip join workspace on workspace.id = clip.workspace_id where clip.id = @id and clip.deleted_at is null;

-- name: ClipsWithScreenText :many
select distinct clip.id from clip join screen_line on screen_line.clip_id = clip.id
 where clip.workspace_id = @workspace_id and clip.deleted_at is null order by clip.id;

-- name: HasChapters :one
select exists (select from chapter where clip_id = @clip_id);
