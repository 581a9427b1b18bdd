-- name: LockEvents :exec
-- A workspace's events are numbered in the order in which they are committed; else a client
-- that has seen number 10 would never ask for 9, committed after it.
select pg_advisory_xact_lock(hashtextextended('events ' || @workspace_id::text, 0));

-- name: InsertEvent :exec
insert into event (workspace_id, clip_id, kind, data, owner_id, visibility, audience, people, spaces)
values (@workspace_id, @clip_id, @kind, @data, @owner_id, @visibility, @audience, @people::text[], @spaces::text[]);

-- name: EventsByID :many
select id, workspace_id, clip_id, kind, data, at, owner_id, visibility, audience, people, spaces from event where id = any(@ids::bigint[]) order by id;

-- name: EventsSince :many
select id, workspace_id, clip_id, kind, data, at, owner_id, visibility, audience, people, spaces from event
 where workspace_id = @workspace_id and id > @after order by id limit @page_size::int;

-- name: EventSpan :one
select coalesce(min(id), 0)::bigint as oldest, coalesce(max(id), 0)::bigint as newest from event;

-- name: PruneEvents :exec
delete from event where at < now() - make_interval(secs => @age_seconds::float8);
