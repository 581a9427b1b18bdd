-- name: PutWork :execrows
insert into work (clip_id, kind, state, progress, reason)
select id, @kind, @state, @progress, @reason from clip where id = @clip_id and deleted_at is null
on conflict (clip_id, kind) do update
   set state = excluded.state, progress = excluded.progress, reason = excluded.reason, updated_at = now();

-- name: Work :many
select clip_id, kind, state, progress, reason from work where clip_id = any(@clips::text[])
 order by array_position(array['import', 'thumbnails', 'transcribe', 'chapters', 'ladder'], kind);
