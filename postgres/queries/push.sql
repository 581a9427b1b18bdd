-- name: PutPushSubscription :exec
-- A browser's address belongs to whoever is signed in there now.
insert into push_subscription (id, account_id, sign_in_id, endpoint, p256dh, auth, user_agent)
values (@id, @account_id, @sign_in_id, @endpoint, @p256dh, @auth, @user_agent)
on conflict (endpoint) do update set account_id = excluded.account_id, sign_in_id = excluded.sign_in_id, p256dh = excluded.p256dh,
  auth = excluded.auth, user_agent = excluded.user_agent;

-- name: PushSubscriptions :many
select sqlc.embed(push_subscription) from push_subscription where account_id = @account_id order by id;

-- name: DeletePushSubscription :execrows
delete from push_subscription where account_id = @account_id and id = @id;

-- name: DropPushSubscription :exec
delete from push_subscription where id = @id;

-- name: PushKey :one
select public_key, private_key from push_key;

-- name: InsertPushKey :exec
insert into push_key (public_key, private_key) values (@public_key, @private_key) on conflict do nothing;

-- name: DuePush :one
-- Somebody with a browser to whom something has to be pushed.
select account_id from notice
 where push_at <= now() and read_at is null and exists (select from push_subscription s where s.account_id = notice.account_id)
 order by push_at limit 1 for update skip locked;

-- name: ClaimPush :many
-- All that is to be pushed to somebody now. It comes again after a while, unless PushDone says that it was.
with mine as (
  update notice set push_at = now() + interval '1 minute' * (push_tries + 1), push_tries = push_tries + 1
   where notice.account_id = @account_id and notice.push_at <= now() and notice.read_at is null
  returning id
)
select sqlc.embed(notice), coalesce(clip.title, '')::text as title from notice left join clip on clip.id = notice.clip_id
 where notice.id in (select mine.id from mine) order by notice.id desc limit 50;

-- name: DelayPush :exec
-- Break-glass ignores quiet hours.
update notice set push_at = @until where account_id = @account_id and push_at <= now() and not notice_presses(kind);

-- name: PushDone :exec
update notice set push_at = null where id = any(@ids::text[]);

-- name: GiveUpPush :exec
-- What was read needs no push; what is old is no news.
update notice set push_at = null
 where push_at <= now() and (push_tries >= 6 or read_at is not null or created_at < now() - interval '1 day'
       or created_at < now() - interval '1 hour' and not exists (select from push_subscription s where s.account_id = notice.account_id));
