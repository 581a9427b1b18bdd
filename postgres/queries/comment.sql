-- name: InsertComment :exec
insert into comment (id, clip_id, parent_id, author_id, at_ms, end_ms, body)
values (@id, @clip_id, @parent_id, @author_id, @at_ms, @end_ms, @body);

-- name: Comment :one
select sqlc.embed(comment), account.name as author_name
  from comment join account on account.id = comment.author_id
 where comment.clip_id = @clip_id and comment.id = @id;

-- name: Comments :many
-- A thread stays together: its replies have its moment and sort by its id.
select sqlc.embed(comment), account.name as author_name
  from comment join account on account.id = comment.author_id
 where comment.clip_id = @clip_id
 order by comment.at_ms, coalesce(comment.parent_id, comment.id), comment.parent_id is not null, comment.id;

-- name: UpdateComment :exec
update comment set body = @body, edited_at = now() where id = @id;

-- name: HasReplies :one
select exists (select from comment where parent_id = @parent_id::text);

-- name: DeleteComment :exec
delete from comment where id = @id;

-- name: EmptyComment :exec
update comment set deleted_at = now(), body = '' where id = @id;
