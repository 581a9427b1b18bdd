-- name: PutRendition :exec
insert into rendition (clip_id, name, codecs, width, height, bandwidth, complete)
values (@clip_id, @name, @codecs, @width, @height, @bandwidth, @complete)
on conflict (clip_id, name) do update set codecs = excluded.codecs, width = excluded.width, height = excluded.height,
   bandwidth = greatest(rendition.bandwidth, excluded.bandwidth), complete = excluded.complete;

-- name: CompleteRendition :exec
update rendition set complete = @complete where clip_id = @clip_id and name = @name;

-- name: DeleteRendition :exec
delete from rendition where clip_id = @clip_id and name = @name;

-- name: RenditionKeys :many
select object_key from init_segment where init_segment.clip_id = @clip_id and init_segment.rendition = @rendition
union all select object_key from segment where segment.clip_id = @clip_id and segment.rendition = @rendition;

-- name: PutInitSegment :batchexec
insert into init_segment (clip_id, rendition, no, object_key, bytes) values (@clip_id, @rendition, @no, @object_key, @bytes)
on conflict (clip_id, rendition, no) do update set object_key = excluded.object_key, bytes = excluded.bytes;

-- name: PutSegment :batchexec
insert into segment (clip_id, rendition, no, init_no, start_ms, duration_ms, bytes, object_key, discontinuity)
values (@clip_id, @rendition, @no, @init_no, @start_ms, @duration_ms, @bytes, @object_key, @discontinuity)
on conflict (clip_id, rendition, no) do update set init_no = excluded.init_no, start_ms = excluded.start_ms,
   duration_ms = excluded.duration_ms, bytes = excluded.bytes, object_key = excluded.object_key, discontinuity = excluded.discontinuity;

-- name: Renditions :many
select clip_id, name, codecs, width, height, bandwidth, complete from rendition
 where clip_id = any(@clips::text[]) and codecs <> '' and name not like 'cut%'
   and exists (select from segment where segment.clip_id = rendition.clip_id and segment.rendition = rendition.name)
 order by clip_id, name <> 'source', height desc, bandwidth desc, name;

-- name: Rendition :one
select clip_id, name, codecs, width, height, bandwidth, complete from rendition where clip_id = @clip_id and name = @name;

-- name: InitSegments :many
select clip_id, rendition, no, object_key, bytes from init_segment where clip_id = @clip_id and rendition = @rendition order by no;

-- name: Segments :many
select clip_id, rendition, no, init_no, start_ms, duration_ms, bytes, object_key, discontinuity
  from segment where clip_id = @clip_id and rendition = @rendition order by no;

-- name: SegmentsFrom :many
-- From the one that holds a moment, or the last before it, on.
select clip_id, rendition, no, init_no, start_ms, duration_ms, bytes, object_key, discontinuity from segment
 where segment.clip_id = @clip_id and segment.rendition = @rendition
   and segment.no >= coalesce((select max(s.no) from segment s where s.clip_id = @clip_id and s.rendition = @rendition and s.start_ms <= @from_ms), 0)
 order by no limit @most::int;

-- name: RenditionEnd :one
select coalesce(max(segment.start_ms + segment.duration_ms), 0)::bigint from segment
 where segment.clip_id = @clip_id and segment.rendition = @rendition
   and segment.no = (select max(s.no) from segment s where s.clip_id = @clip_id and s.rendition = @rendition);

-- name: InitSegment :one
select clip_id, rendition, no, object_key, bytes from init_segment where clip_id = @clip_id and rendition = @rendition and no = @no;

-- name: Segment :one
select clip_id, rendition, no, init_no, start_ms, duration_ms, bytes, object_key, discontinuity
  from segment where clip_id = @clip_id and rendition = @rendition and no = @no;

-- name: HasSegments :one
select exists (select from segment where clip_id = @clip_id);
