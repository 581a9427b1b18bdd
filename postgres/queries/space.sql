-- name: InsertSpace :exec
insert into space (id, workspace_id, name) values (@id, @workspace_id, @name);

-- name: Spaces :many
select id, workspace_id, name, created_at from space where workspace_id = @workspace_id order by lower(name), id;

-- name: Space :one
select id, workspace_id, name, created_at from space where workspace_id = @workspace_id and id = @id;

-- name: RenameSpace :one
update space set name = @name where workspace_id = @workspace_id and id = @id returning id, workspace_id, name, created_at;

-- name: DeleteSpace :execrows
delete from space where workspace_id = @workspace_id and id = @id;
