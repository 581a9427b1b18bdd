-- name: Heard :many
select clip_id, spans from heard where account_id = @account_id and clip_id = any(@clips::text[]);

-- name: PutHeard :exec
insert into heard (account_id, clip_id, spans) values (@account_id, @clip_id, @spans)
on conflict (account_id, clip_id) do update set spans = excluded.spans, noted_at = clock_timestamp();

-- name: RecentOccurrencesOf :many
-- Of a member's rounds, those of the last days.
select sqlc.embed(occurrence) from occurrence
  join round on round.id = occurrence.round_id
  join round_member on round_member.round_id = round.id
 where round.deleted_at is null and round.workspace_id = @workspace_id and round_member.account_id = @account_id and occurrence.opened_at > @since::timestamptz
 order by occurrence.id desc limit 100;
