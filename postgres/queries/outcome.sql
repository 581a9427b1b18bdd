-- name: SourceOf :one
-- Where something was said: in the space of the clip, or else of the round (empty: none), and whether that is between a few.
select coalesce(clip.space_id, round.space_id, '')::text as space_id, (clip.id is not null and clip.space_id is null and round.space_id is not null)::bool as of_round,
       (coalesce(clip.visibility = 'private' or clip.deleted_at is not null, false) or coalesce(comment.private_to is not null or comment.deleted_at is not null, false))::bool as hushed
  from (select) nothing
  left join clip on clip.id = @clip_id::text
  left join occurrence on occurrence.id = @occurrence_id::text left join round on round.id = occurrence.round_id
  left join comment on comment.id = @comment_id::text;

-- name: DropPosts :exec
-- What tells of something that is no more, and was not sent. key is the one of the message's data that names it.
delete from post using webhook
 where webhook.id = post.webhook_id and webhook.workspace_id = @workspace_id and post.sent_at is null and post.message->'data' @> jsonb_build_object(@key::text, @id::text);

-- name: RewordPosts :exec
-- What tells of a blocker, and was not sent.
update post set message = message || jsonb_build_object('text', @excerpt::text, 'data', message->'data' || jsonb_build_object('body', @body::text))
  from webhook
 where webhook.id = post.webhook_id and webhook.workspace_id = @workspace_id and post.sent_at is null and post.message->'data'->>'blocker_id' = @blocker_id::text;

-- name: TakenBack :many
-- What somebody no longer says in an occurrence.
select id, body from blocker
 where occurrence_id = @occurrence_id::text and owner_id = @owner_id and origin = 'round' and cleared_at is null and clip_id is null
   and not (lower(body) = any(@bodies::text[]))
 order by raised_at, id for update;

-- name: DeleteBlocker :exec
delete from blocker where id = @id;

-- name: RewordBlocker :exec
update blocker set body = @body where id = @id;

-- name: LastOccurrences :many
-- The last of each round of a workspace, or of a space in it, the newest first.
select sqlc.embed(occurrence)
  from round cross join lateral (select o.id from occurrence o where o.round_id = round.id order by o.id desc limit @most::int) last
  join occurrence on occurrence.id = last.id
 where round.workspace_id = @workspace_id and round.deleted_at is null and (@in_space::text = '' or round.space_id = @in_space::text)
 order by occurrence.id desc limit 200;
