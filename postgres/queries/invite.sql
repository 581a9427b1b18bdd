-- name: InsertInvite :exec
insert into invite (id, workspace_id, secret_hash, role, created_by, expires_at, max_uses)
values (@id, @workspace_id, @secret_hash, @role, @created_by, @expires_at, @max_uses);

-- name: InviteBySecret :one
select sqlc.embed(invite) from invite where secret_hash = @secret_hash;

-- name: LockInvite :one
select sqlc.embed(invite) from invite where secret_hash = @secret_hash for update;

-- name: UseInvite :exec
update invite set uses = uses + 1 where id = @id;

-- name: OpenInvites :many
select sqlc.embed(invite) from invite
 where workspace_id = @workspace_id and revoked_at is null and expires_at > now() and (max_uses = 0 or uses < max_uses)
 order by id desc;

-- name: RevokeInvite :execrows
update invite set revoked_at = now() where id = @id and workspace_id = @workspace_id and revoked_at is null;
