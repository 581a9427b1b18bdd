-- name: InsertMeeting :exec
insert into meeting (id, workspace_id, round_id, name, minutes, people, per_year, since, until, created_by)
values (@id, @workspace_id, @round_id, @name, @minutes, @people, @per_year, @since, sqlc.narg(until)::date, @created_by);

-- name: UpdateMeeting :execrows
update meeting set round_id = @round_id, name = @name, minutes = @minutes, people = @people, per_year = @per_year, since = @since, until = sqlc.narg(until)::date
 where workspace_id = @workspace_id and id = @id;

-- name: Meetings :many
select id, workspace_id, round_id, name, minutes, people, per_year, since, created_by, until from meeting where workspace_id = @workspace_id order by id;

-- name: DeleteMeeting :execrows
delete from meeting where workspace_id = @workspace_id and id = @id;

-- name: HeldOccurrences :many
-- Those of rounds that stand in for a meeting: what nobody answered stood in for nothing.
select occurrence.round_id, occurrence.on_day, occurrence.covers_days from occurrence
 where occurrence.round_id in (select meeting.round_id from meeting where meeting.workspace_id = @workspace_id)
   and occurrence.on_day <= @last::date and occurrence.on_day + occurrence.covers_days > @first::date
   and exists (select from answer where answer.occurrence_id = occurrence.id)
 order by occurrence.on_day;

-- name: LedgerSpent :many
-- What rounds took, by day: their clips on the day they were made, each once, those that are there no more, too; what people played of these on the
-- day they did; answers in words alone.
with part as (
  select answer.id, answer.created_at, coalesce(p ->> 'clip_id', '') as clip_id
    from answer join occurrence on occurrence.id = answer.occurrence_id join round on round.id = occurrence.round_id
   cross join lateral jsonb_array_elements(answer.parts) p
   where round.workspace_id = @workspace_id
), used as (select distinct part.clip_id from part where part.clip_id <> ''), took as (
  select (clip.created_at at time zone 'UTC')::date as on_day, clip.duration_ms as recorded_ms, 0::bigint as played_ms, 0::bigint as texts
    from clip join used on used.clip_id = clip.id where clip.created_at >= @since::timestamptz and clip.created_at < @until::timestamptz
  union all
  select recorded_time.on_day, recorded_time.ms, 0, 0 from recorded_time join used on used.clip_id = recorded_time.clip_id
   where recorded_time.workspace_id = @workspace_id and recorded_time.on_day between @first::date and @last::date
  union all
  select watch_time.on_day, 0, watch_time.ms, 0 from watch_time join used on used.clip_id = watch_time.clip_id
   where watch_time.workspace_id = @workspace_id and watch_time.on_day between @first::date and @last::date
  union all
  select (part.created_at at time zone 'UTC')::date, 0, 0, 1 from part
   where part.created_at >= @since::timestamptz and part.created_at < @until::timestamptz
   group by part.id, part.created_at having bool_and(part.clip_id = '')
)
select took.on_day::date as on_day, sum(took.recorded_ms)::bigint as recorded_ms, sum(took.played_ms)::bigint as played_ms, sum(took.texts)::int as texts
  from took group by took.on_day order by took.on_day;

-- name: LedgerAnswers :one
-- Expected: who was asked, or answered without being asked.
with o as (
  select occurrence.id from occurrence join round on round.id = occurrence.round_id
   where round.workspace_id = @workspace_id and occurrence.opened_at >= @since::timestamptz and occurrence.opened_at < @until::timestamptz
), given as (select answer.occurrence_id, answer.author_id, answer.late from answer where answer.occurrence_id in (select o.id from o))
select (select count(*) from o)::int as occurrences, (select count(*) from given)::int as answered, (select count(*) from given where given.late)::int as late,
       (select count(*) from (select given.occurrence_id, given.author_id from given
          union select nudge.ref, nudge.account_id from nudge where nudge.kind = 'round.prompt' and nudge.ref in (select o.id from o)) e)::int as expected;
