-- name: InsertWebhook :exec
insert into webhook (id, workspace_id, space_id, kind, name, url, secret, wants, created_by, created_at)
values (@id, @workspace_id, @space_id, @kind, @name, @url, @secret, @wants, @created_by, @created_at);

-- name: Webhooks :many
-- All of a workspace, or one.
select * from webhook where workspace_id = @workspace_id and (@id::text = '' or id = @id::text) order by id limit 200;

-- name: UpdateWebhook :execrows
update webhook set name = @name, url = @url, wants = @wants, paused = @paused, paused_reason = ''
 where workspace_id = @workspace_id and id = @id;

-- name: PauseWebhook :exec
update webhook set paused = true, paused_reason = @reason where id = @id;

-- name: DeleteWebhook :execrows
delete from webhook where workspace_id = @workspace_id and id = @id;

-- name: WebhooksFor :many
-- Who wants a message of a space; those of the whole workspace want it, too, unless it is for the space alone.
select id from webhook
 where workspace_id = @workspace_id and not paused and @kind::text = any(wants) and coalesce(space_id, @space_id::text) = @space_id::text
   and (space_id is not null or not @alone::bool)
 order by id;

-- name: InsertPost :exec
insert into post (id, webhook_id, kind, ref, clip_id, of_round, message, due_at) values (@id, @webhook_id, @kind, @ref, @clip_id, @of_round, @message, @due_at)
on conflict (webhook_id, kind, ref) do nothing;

-- name: ClaimPosts :many
-- What is due, at most one for each webhook that has none under way. It is due again after a while, unless PostSent or PostFailed says how it went.
with next as (
  select distinct on (p.webhook_id) p.id from post p
   where p.due_at <= now() and p.webhook_id <> all(@busy::text[]) order by p.webhook_id, p.due_at, p.id
), mine as (
  select p.id from post p where p.id in (select next.id from next) and p.due_at <= now() order by p.due_at limit @page_size::int for update skip locked
)
update post set due_at = now() + interval '2 minutes', tries = tries + 1
  from webhook
 where post.id in (select mine.id from mine) and webhook.id = post.webhook_id
returning sqlc.embed(post), sqlc.embed(webhook),
  coalesce((select clip.title from clip where clip.id = post.clip_id), '')::text as clip_title,
  exists (select from ask left join clip on clip.id = ask.clip_id left join comment on comment.id = ask.comment_id
           where post.kind = 'message.urgent' and ask.id = post.ref
             and (clip.visibility = 'private' or clip.deleted_at is not null or comment.private_to is not null or comment.deleted_at is not null))::bool as hushed,
  (not exists (select from comment where post.kind = 'comment.created' and comment.id = post.ref and comment.deleted_at is not null)
   and (post.clip_id is null or exists (
    select from clip where clip.id = post.clip_id and clip.deleted_at is null
       and (clip.spaces @> array[webhook.space_id] or clip.visibility <> 'private'
            and (webhook.space_id is null or clip.space_id = webhook.space_id or post.of_round and clip.space_id is null)))))::bool as shown;

-- name: PostSent :exec
update post set due_at = null, sent_at = now(), reason = '' where id = @id;

-- name: PostFailed :exec
-- Tried again at due_at; without that it is dead.
update post set due_at = sqlc.narg(due_at), dead_at = case when sqlc.narg(due_at)::timestamptz is null then now() end, reason = @reason where id = @id;

-- name: PostsOf :many
select sqlc.embed(post) from post join webhook on webhook.id = post.webhook_id
 where webhook.workspace_id = @workspace_id and webhook_id = @webhook_id order by post.id desc limit 30;

-- name: RevivePost :execrows
update post set due_at = now(), dead_at = null, tries = 0 from webhook
 where post.id = @id and webhook.id = post.webhook_id and webhook.id = @webhook_id and webhook.workspace_id = @workspace_id and dead_at is not null;

-- name: PrunePosts :exec
delete from post where created_at < now() - interval '30 days' and due_at is null;
