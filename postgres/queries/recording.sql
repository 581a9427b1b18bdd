-- name: InsertRecording :exec
insert into recording (clip_id, mime_type, file_name, declared_bytes) values (@clip_id, @mime_type, @file_name, @declared_bytes);

-- name: Recording :one
select sqlc.embed(recording) from recording where clip_id = @clip_id;

-- name: BeginRecording :one
insert into recording (clip_id, mime_type, node, epoch) values (@clip_id, @mime_type, @node, 1)
on conflict (clip_id) do update set epoch = recording.epoch + 1, node = excluded.node,
   mime_type = case when recording.mime_type = '' then excluded.mime_type else recording.mime_type end
returning *;

-- name: ReopenRecording :exec
update recording set end_reason = '', last_chunk_at = now() where clip_id = @clip_id;

-- name: SaveRecording :exec
update recording set next_seq = @next_seq, bytes = @bytes, last_chunk_at = greatest(last_chunk_at, @last_chunk_at),
       declared_bytes = case when @declared_bytes::bigint > 0 then @declared_bytes::bigint else declared_bytes end,
       checkpoint = @checkpoint, checkpoint_offset = @checkpoint_offset, gaps = @gaps, source_parts = @source_parts, source_runs = @source_runs
 where clip_id = @clip_id;

-- name: EndRecording :exec
update recording set end_reason = @end_reason, next_seq = @next_seq, bytes = @bytes, ended_bytes = @bytes, sha256 = @sha256,
       gaps = @gaps, source_parts = @source_parts, source_runs = @source_runs
 where clip_id = @clip_id;

-- name: TouchRecording :execrows
update recording set last_chunk_at = now() where clip_id = @clip_id and epoch = @epoch and end_reason = '';

-- name: QuietRecordings :many
select sqlc.embed(clip), sqlc.embed(recording)
  from recording join clip on clip.id = recording.clip_id
 where recording.end_reason = '' and recording.last_chunk_at < now() - make_interval(secs => @quiet_seconds::float8)
   and clip.deleted_at is null
 order by recording.last_chunk_at limit @page_size::int;

-- name: CountOpenRecordings :one
select count(*)::int from recording join clip on clip.id = recording.clip_id
 where clip.owner_id = @owner_id and clip.id <> @clip_id and clip.deleted_at is null
   and recording.end_reason = '' and recording.epoch > 0 and recording.last_chunk_at > now() - make_interval(secs => @active_seconds::float8);

-- name: Gaps :many
select clip_id, gaps from recording where clip_id = any(@clips::text[]) and gaps <> '[]';
