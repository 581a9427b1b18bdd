-- name: InsertRound :exec
insert into round (id, workspace_id, space_id, name, template, sections, rule, starts_on, opens, closes, close_after_days, remind_minutes, created_by, created_at)
values (@id, @workspace_id, @space_id, @name, @template, @sections, @rule, @starts_on, @opens, @closes, @close_after_days, @remind_minutes, @created_by, @created_at);

-- name: UpdateRound :execrows
update round set space_id = @space_id, name = @name, sections = @sections, rule = @rule, starts_on = @starts_on, opens = @opens, closes = @closes,
       close_after_days = @close_after_days, remind_minutes = @remind_minutes, paused = @paused
 where id = @id and deleted_at is null;

-- name: DeleteRound :execrows
update round set deleted_at = now() where id = @id and deleted_at is null;

-- name: KeepRoundMembers :exec
delete from round_member where round_id = @round_id and not (account_id = any(@accounts::text[]));

-- name: AddRoundMembers :exec
-- Only members of the workspace; others are left out.
insert into round_member (round_id, account_id)
select round.id, member.account_id from round join member on member.workspace_id = round.workspace_id and member.left_at is null
 where round.id = @round_id and member.account_id = any(@accounts::text[])
on conflict do nothing;

-- name: Rounds :many
-- All of a workspace, or the one of an id.
select sqlc.embed(round) from round
 where round.deleted_at is null and round.workspace_id = @workspace_id and (@id::text = '' or round.id = @id::text)
 order by round.id;

-- name: RunningRounds :many
select sqlc.embed(round) from round where round.deleted_at is null and not round.paused order by round.id;

-- name: RoundMembers :many
-- Those who left the workspace are none any more.
select round_member.round_id, account.id as account_id, account.name
  from round_member join round on round.id = round_member.round_id
  join member on member.account_id = round_member.account_id and member.workspace_id = round.workspace_id and member.left_at is null
  join account on account.id = round_member.account_id
 where round_member.round_id = any(@rounds::text[])
 order by round_member.round_id, lower(account.name), account.id;

-- name: OpenOccurrence :execrows
insert into occurrence (id, round_id, on_day, opened_at, covers_days) values (@id, @round_id, @on_day, @opened_at, @covers_days) on conflict do nothing;

-- name: CloseOccurrence :execrows
update occurrence set closed_at = @closed_at::timestamptz where id = @id and closed_at is null;

-- name: Occurrence :one
select sqlc.embed(occurrence), round.workspace_id from occurrence join round on round.id = occurrence.round_id
 where occurrence.id = @id and round.deleted_at is null;

-- name: LockOccurrence :one
select id from occurrence where id = @id for no key update;

-- name: Occurrences :many
-- The newest first.
select sqlc.embed(occurrence) from occurrence
 where round_id = @round_id and (@before::text = '' or id < @before::text) order by id desc limit @page_size::int;

-- name: UnfinishedOccurrences :many
select sqlc.embed(occurrence) from occurrence join round on round.id = occurrence.round_id
 where round.deleted_at is null and (occurrence.closed_at is null or occurrence.closed_at > @closed_after::timestamptz) order by occurrence.id;

-- name: Answers :many
select sqlc.embed(answer), account.name as author_name from answer join account on account.id = answer.author_id
 where answer.occurrence_id = any(@occurrences::text[]) order by answer.occurrence_id, answer.created_at, answer.id;

-- name: PutAnswer :exec
-- Late once is late: a correction does not make it early.
insert into answer (id, occurrence_id, author_id, parts, late, created_at, updated_at)
values (@id, @occurrence_id, @author_id, @parts, @late, @at::timestamptz, @at::timestamptz)
on conflict on constraint answer_unique do update set parts = excluded.parts, updated_at = excluded.updated_at;

-- name: DeleteAnswer :execrows
delete from answer where occurrence_id = @occurrence_id and author_id = @author_id;

-- name: InsertNudge :execrows
insert into nudge (workspace_id, account_id, kind, ref, title, at) values (@workspace_id, @account_id, @kind, @ref, @title, @at) on conflict do nothing;

-- name: Nudges :many
select ref, account_id, kind from nudge where ref = any(@refs::text[]);

-- name: NudgesOf :many
select workspace_id, account_id, kind, ref, title, at from nudge
 where account_id = @account_id and workspace_id = @workspace_id order by at desc, ref limit @page_size::int;

-- name: OpenOccurrencesOf :many
select sqlc.embed(occurrence) from occurrence
  join round on round.id = occurrence.round_id
  join round_member on round_member.round_id = round.id
 where occurrence.closed_at is null and round.deleted_at is null and round.workspace_id = @workspace_id and round_member.account_id = @account_id
   and not exists (select from answer where answer.occurrence_id = occurrence.id and answer.author_id = @account_id)
 order by occurrence.id limit 100;
