-- name: PutDueFeed :exec
-- A new address takes the place of the old one.
insert into due_feed (workspace_id, account_id, token_hash) values (@workspace_id, @account_id, @token_hash)
on conflict (workspace_id, account_id) do update set token_hash = excluded.token_hash, created_at = now();

-- name: DueFeedSince :one
select created_at from due_feed where workspace_id = @workspace_id and account_id = @account_id;

-- name: DeleteDueFeed :exec
delete from due_feed where workspace_id = @workspace_id and account_id = @account_id;

-- name: DueFeedOwner :one
select due_feed.workspace_id, due_feed.account_id, member.role from due_feed
  join member on member.workspace_id = due_feed.workspace_id and member.account_id = due_feed.account_id and member.left_at is null
 where due_feed.token_hash = @token_hash;

-- name: UrgentPosts :many
-- To how many channels each urgent ask went, and where it has arrived.
select post.ref, count(*)::int as channels, count(post.sent_at)::int as arrived from post join webhook on webhook.id = post.webhook_id
 where post.kind = 'message.urgent' and webhook.workspace_id = @workspace_id and post.ref = any(@refs::text[]) group by post.ref;
