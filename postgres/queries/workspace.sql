-- name: AnyWorkspace :one
select exists (select from workspace);

-- name: LockSetup :exec
-- Two first visitors at once: the second waits, and then finds a workspace.
select pg_advisory_xact_lock(hashtextextended('set-up', 0));

-- name: InsertWorkspace :exec
insert into workspace (id, name) values (@id, @name);

-- name: Workspace :one
select id, name, created_at, read_screen, count_views from workspace where id = @id;

-- name: FirstWorkspace :one
select id, name, created_at, read_screen, count_views from workspace order by created_at, id limit 1;

-- name: UpdateWorkspace :exec
update workspace set name = @name, read_screen = @read_screen, count_views = @count_views where id = @id;

-- name: LockWorkspace :one
-- Changes of who owns a workspace come one after the other.
select id from workspace where id = @id for no key update;
