-- name: AddWatched :one
-- Tells whether the clip's owner is to be told: of a new viewer at once, of one who goes on every few seconds.
insert into watch (clip_id, viewer, account_id, watched, position_ms)
values (@clip_id, @viewer, @account_id, (@watched::text)::int8multirange, @position_ms)
on conflict (clip_id, viewer) do update set replayed = watch.replayed + watch.watched * excluded.watched, watched = watch.watched + excluded.watched,
   position_ms = excluded.position_ms, last_at = now(),
   told_at = case when (@watched::text)::int8multirange <> '{}' and watch.told_at < now() - make_interval(secs => @quiet_seconds::float8) then now() else watch.told_at end
returning (told_at = now())::bool as tell;

-- name: WatchedBy :one
select position_ms, watched::text as watched, last_at from watch where clip_id = @clip_id and viewer = @viewer;

-- name: Watches :many
select watch.viewer, coalesce(watch.account_id, '')::text as account, coalesce(account.name, '') as name, watch.watched::text as watched, watch.first_at, watch.last_at
  from watch left join account on account.id = watch.account_id
 where watch.clip_id = @clip_id and watch.watched <> '{}' order by watch.first_at limit 5000;

-- name: CountsViews :one
select count_views from workspace where id = @id;

-- name: LockWatchClock :one
-- Holds the person's clock until the transaction is over.
insert into watch_clock (account_id, booked_until) values (@account_id, 'epoch')
on conflict (account_id) do update set booked_until = watch_clock.booked_until returning booked_until;

-- name: SetWatchClock :exec
update watch_clock set booked_until = @booked_until where account_id = @account_id;

-- name: AddWatchTime :exec
insert into watch_time (workspace_id, clip_id, on_day, ms) values (@workspace_id, @clip_id, @on_day, @ms)
on conflict (clip_id, on_day) do update set ms = watch_time.ms + excluded.ms;
