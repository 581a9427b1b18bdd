-- name: InsertSpace :exec
insert into space (id, workspace_id, name, closed) values (@id, @workspace_id, @name, @closed);

-- name: Spaces :many
select id, workspace_id, name, created_at, closed from space where workspace_id = @workspace_id order by lower(name), id;

-- name: Space :one
select id, workspace_id, name, created_at, closed from space where workspace_id = @workspace_id and id = @id;

-- name: UpdateSpace :one
update space set name = @name, closed = @closed where workspace_id = @workspace_id and id = @id returning id, workspace_id, name, created_at, closed;

-- name: DeleteSpace :execrows
delete from space where workspace_id = @workspace_id and id = @id;
