-- name: InsertComment :exec
insert into comment (id, clip_id, parent_id, author_id, guest_id, private_to, at_ms, end_ms, body, drawing, reply_clip_id)
values (@id, @clip_id, @parent_id, @author_id, @guest_id, @private_to, @at_ms, @end_ms, @body, @drawing, @reply_clip_id);

-- name: Comment :one
select sqlc.embed(comment), coalesce(account.name, guest.name)::text as author_name, coalesce(resolver.name, '') as resolver_name
  from comment left join account on account.id = comment.author_id left join guest on guest.id = comment.guest_id
       left join account resolver on resolver.id = comment.resolved_by
 where comment.clip_id = @clip_id and comment.id = @id;

-- name: Comments :many
-- A thread stays together: its replies have its moment and sort by its id. A deleted one is an empty place while it has replies.
select sqlc.embed(comment), coalesce(account.name, guest.name)::text as author_name, coalesce(resolver.name, '') as resolver_name
  from comment left join account on account.id = comment.author_id left join guest on guest.id = comment.guest_id
       left join account resolver on resolver.id = comment.resolved_by
 where comment.clip_id = @clip_id
   and (comment.deleted_at is null or exists (select from comment reply where reply.parent_id = comment.id and reply.deleted_at is null))
 order by comment.at_ms, coalesce(comment.parent_id, comment.id), comment.parent_id is not null, comment.id;

-- name: UpdateComment :exec
update comment set body = @body, drawing = @drawing, edited_at = now() where id = @id;

-- name: KeepRevision :exec
insert into comment_revision (comment_id, body) select comment.id, comment.body from comment where comment.id = @id;

-- name: Revisions :many
select body, until from comment_revision where comment_id = @comment_id order by id desc limit 100;

-- name: ResolveComment :exec
update comment set resolved_at = case when @resolved::bool then now() end, resolved_by = @resolved_by where id = @id;

-- name: HasReplies :one
select exists (select from comment where parent_id = @parent_id::text and deleted_at is null);

-- name: EmptyComment :exec
update comment set deleted_at = now(), body = '', drawing = null where id = @id;

-- name: ForgetMentions :exec
delete from comment_mention where comment_id = @comment_id and not (account_id = any(@keep::text[]));

-- name: AddMentions :exec
-- Of those who are in the clip's workspace now.
insert into comment_mention (comment_id, account_id)
select @comment_id, member.account_id from member
 where member.workspace_id = @workspace_id and member.account_id = any(@accounts::text[]) and member.left_at is null
on conflict do nothing;

-- name: Mentions :many
select comment_mention.comment_id, comment_mention.account_id, account.name
  from comment_mention join account on account.id = comment_mention.account_id
 where comment_mention.comment_id = any(@comments::text[]) order by lower(account.name), account.id;

-- name: InsertAttachment :exec
insert into attachment (id, clip_id, uploader_id, object_key, content_type, width, height, bytes)
values (@id, @clip_id, @uploader_id, @object_key, @content_type, @width, @height, @bytes);

-- name: LooseAttachments :one
-- How many pictures somebody has uploaded to a clip and said nothing with.
select count(*) from attachment where clip_id = @clip_id and uploader_id = @uploader_id and comment_id is null;

-- name: Attachment :one
select sqlc.embed(attachment) from attachment where clip_id = @clip_id and id = @id;

-- name: Attach :execrows
update attachment set comment_id = @comment_id
 where clip_id = @clip_id and uploader_id = @uploader_id and comment_id is null and id = any(@ids::text[]);

-- name: Attachments :many
select sqlc.embed(attachment) from attachment where comment_id = any(@comments::text[]) order by id;

-- name: PutReaction :exec
insert into reaction (clip_id, account_id, guest_id, emoji, at_ms) values (@clip_id, @account_id, @guest_id, @emoji, @at_ms) on conflict do nothing;

-- name: TakeReaction :exec
delete from reaction where clip_id = @clip_id and emoji = @emoji and at_ms = @at_ms
   and account_id is not distinct from sqlc.narg(account_id) and guest_id is not distinct from sqlc.narg(guest_id);

-- name: CountReactions :one
select count(*) from reaction where clip_id = @clip_id
   and account_id is not distinct from sqlc.narg(account_id) and guest_id is not distinct from sqlc.narg(guest_id);

-- name: Reactions :many
select emoji, at_ms, count(*)::int as count,
       coalesce(bool_or(account_id = sqlc.narg(account_id) or guest_id = sqlc.narg(guest_id)), false)::bool as mine
  from reaction where clip_id = @clip_id group by emoji, at_ms order by at_ms, count(*) desc, emoji limit 5000;
