-- name: PutWork :execrows
insert into work (clip_id, kind, state, progress, reason)
select id, @kind, @state, @progress, @reason from clip where id = @clip_id and deleted_at is null
on conflict (clip_id, kind) do update
   set state = excluded.state, progress = excluded.progress, reason = excluded.reason, updated_at = now()
   where (work.state, work.progress, work.reason) is distinct from (excluded.state, excluded.progress, excluded.reason);

-- name: AnnounceWork :exec
-- What waits or runs already is not queued a second time, and stays as it is.
insert into work (clip_id, kind, state)
select id, @kind, 'waiting' from clip where id = @clip_id and deleted_at is null
on conflict (clip_id, kind) do update set state = 'waiting', progress = 0, reason = '', updated_at = now()
   where work.state in ('done', 'failed');

-- name: IsListening :one
-- Whether a job writes this clip's words down, or did and failed.
select exists (select from work where clip_id = @clip_id and kind = 'transcribe' and state in ('running', 'retrying', 'failed'));

-- name: Work :many
select clip_id, kind, state, progress, reason from work where clip_id = any(@clips::text[])
 order by array_position(array['import', 'edit', 'thumbnails', 'transcribe', 'chapters', 'summary', 'screen', 'ladder'], kind);
