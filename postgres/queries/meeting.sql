-- name: InsertMeeting :exec
insert into meeting (id, workspace_id, round_id, name, minutes, people, per_year, since, created_by)
values (@id, @workspace_id, @round_id, @name, @minutes, @people, @per_year, @since, @created_by);

-- name: Meetings :many
select id, workspace_id, round_id, name, minutes, people, per_year, since, created_by from meeting where workspace_id = @workspace_id order by id;

-- name: DeleteMeeting :execrows
delete from meeting where workspace_id = @workspace_id and id = @id;

-- name: LedgerSpent :one
-- What the answers of a stretch of time took: the clips in them once, what was heard of these, those in words alone.
with part as (
  select answer.id, coalesce(p ->> 'clip_id', '') as clip_id
    from answer join occurrence on occurrence.id = answer.occurrence_id join round on round.id = occurrence.round_id
   cross join lateral jsonb_array_elements(answer.parts) p
   where round.workspace_id = @workspace_id and answer.created_at >= @since::timestamptz and answer.created_at < @until::timestamptz
), used as (select distinct part.clip_id from part where part.clip_id <> '')
select coalesce((select sum(clip.duration_ms) from clip where clip.id in (select used.clip_id from used)), 0)::bigint as recorded_ms,
       coalesce((select sum((s ->> 'end_ms')::bigint - (s ->> 'start_ms')::bigint) from heard cross join lateral jsonb_array_elements(heard.spans) s
                  where heard.clip_id in (select used.clip_id from used)), 0)::bigint as heard_ms,
       (select count(*) from (select part.id from part group by part.id having bool_and(part.clip_id = '')) t)::int as texts;

-- name: LedgerAnswers :one
-- Expected: who was asked, or answered without being asked.
with o as (
  select occurrence.id from occurrence join round on round.id = occurrence.round_id
   where round.workspace_id = @workspace_id and occurrence.opened_at >= @since::timestamptz and occurrence.opened_at < @until::timestamptz
), given as (select answer.occurrence_id, answer.author_id, answer.late from answer where answer.occurrence_id in (select o.id from o))
select (select count(*) from o)::int as occurrences, (select count(*) from given)::int as answered, (select count(*) from given where given.late)::int as late,
       (select count(*) from (select given.occurrence_id, given.author_id from given
          union select nudge.ref, nudge.account_id from nudge where nudge.kind = 'round.prompt' and nudge.ref in (select o.id from o)) e)::int as expected;
