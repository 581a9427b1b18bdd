-- name: PutPodcast :execrows
-- A new secret takes the place of the old one.
insert into podcast (account_id, workspace_id, secret_hash)
select member.account_id, member.workspace_id, @secret_hash
  from member where member.workspace_id = @workspace_id and member.account_id = @account_id and member.left_at is null
on conflict (workspace_id, account_id) do update set secret_hash = excluded.secret_hash, created_at = now(), last_used_at = null;

-- name: Podcast :one
select created_at, last_used_at, notes_heard from podcast where workspace_id = @workspace_id and account_id = @account_id;

-- name: PodcastBySecret :one
select podcast.account_id, podcast.workspace_id, member.role,
       array(select space_member.space_id from space_member where space_member.account_id = member.account_id)::text[] as spaces,
       (podcast.last_used_at is null or podcast.last_used_at < now() - interval '1 minute')::bool as used_long_ago
  from podcast
  join member on member.workspace_id = podcast.workspace_id and member.account_id = podcast.account_id and member.left_at is null
 where podcast.secret_hash = @secret_hash;

-- name: TouchPodcast :exec
update podcast set last_used_at = now() where secret_hash = @secret_hash;

-- name: DeletePodcast :execrows
delete from podcast where workspace_id = @workspace_id and account_id = @account_id;

-- name: Sounds :many
select clip_id, object_key, bytes, duration_ms, edit_no, holds from sound where clip_id = any(@clips::text[]);

-- name: OldSound :one
select object_key from sound where clip_id = @clip_id;

-- name: PutSound :exec
insert into sound (clip_id, object_key, bytes, duration_ms, edit_no, holds) values (@clip_id, @object_key, @bytes, @duration_ms, @edit_no, @holds)
on conflict (clip_id) do update set object_key = excluded.object_key, bytes = excluded.bytes, duration_ms = excluded.duration_ms, edit_no = excluded.edit_no,
   holds = excluded.holds, made_at = clock_timestamp();

-- name: HasFeeds :one
select exists (select from podcast where workspace_id = @workspace_id);

-- name: FeedState :one
-- What a feed is planned from, in a few looks at indexes: what happened in the workspace (but for who watches and who was told), what its owner
-- heard, watched and read, which files were made, and the hour, because things grow too old for it.
select concat_ws(' ', workspace.name, account.name, date_trunc('hour', now()),
       (select event.id from event where event.workspace_id = podcast.workspace_id and event.kind not in ('views.changed', 'inbox.changed', 'reactions.changed', 'clip.segments')
         order by event.id desc limit 1),
       (select max(heard.noted_at) from heard where heard.account_id = podcast.account_id),
       (select max(watch.last_at) from watch where watch.account_id = podcast.account_id),
       (select max(read_piece.read_at) from read_piece where read_piece.account_id = podcast.account_id),
       (select max(sound.made_at) from sound), podcast.created_at)::text as state
  from podcast
  join workspace on workspace.id = podcast.workspace_id
  join account on account.id = podcast.account_id
 where podcast.workspace_id = @workspace_id and podcast.account_id = @account_id;

-- name: SetPodcastNotesHeard :execrows
update podcast set notes_heard = @notes_heard where workspace_id = @workspace_id and account_id = @account_id;

-- name: AddFetched :one
-- Tells whether that makes the file whole; no row where it is not noted what was heard.
insert into podcast_fetch (workspace_id, account_id, clip_id, object_key, fetched)
select podcast.workspace_id, podcast.account_id, @clip_id, @object_key, int8multirange(int8range(@from_byte::bigint, @to_byte::bigint))
  from podcast where podcast.workspace_id = @workspace_id and podcast.account_id = @account_id and podcast.notes_heard
on conflict (workspace_id, account_id, clip_id) do update set object_key = excluded.object_key,
   fetched = case when podcast_fetch.object_key = excluded.object_key then podcast_fetch.fetched + excluded.fetched else excluded.fetched end
returning (fetched @> int8range(0, @bytes::bigint))::bool as whole;

-- name: ForgetFetched :exec
delete from podcast_fetch where workspace_id = @workspace_id and account_id = @account_id and clip_id = @clip_id;
