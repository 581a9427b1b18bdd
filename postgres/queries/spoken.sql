-- name: OpenBlockersOf :many
-- What is in somebody's way and may come up again: but for what they wrote in this occurrence, which is no repetition of itself.
select id, body, occurrence_id, raised_at from blocker
 where workspace_id = @workspace_id and owner_id = @owner_id and cleared_at is null
   and not (origin = 'round' and clip_id is null and occurrence_id is not distinct from nullif(@occurrence_id::text, ''))
 order by raised_at, id limit 200;

-- name: MentionSpoken :exec
-- Said again, in an answer. What was written there already is where it was said now.
insert into blocker_mention (blocker_id, occurrence_id, at, clip_id, start_ms, end_ms) values (@blocker_id, @occurrence_id, @at, @clip_id::text, @start_ms, @end_ms)
on conflict on constraint blocker_mention_pk do update set clip_id = excluded.clip_id, start_ms = excluded.start_ms, end_ms = excluded.end_ms;

-- name: SettledOf :many
-- The moments of some clips whose proposal was accepted or dismissed.
select clip_id, start_ms from proposal_dismissed where clip_id = any(@clips::text[])
union select clip_id, start_ms from ask where clip_id = any(@clips::text[]) and origin = 'spoken'
union select clip_id, start_ms from decision where clip_id = any(@clips::text[]) and origin = 'spoken'
union select clip_id, start_ms from blocker where clip_id = any(@clips::text[]) and origin = 'spoken'
union select clip_id, start_ms from blocker_mention where clip_id = any(@clips::text[]);

-- name: AnswerOfClip :one
-- The newest answer that a clip is part of.
select answer.id, answer.occurrence_id, occurrence.round_id, round.workspace_id from answer
  join occurrence on occurrence.id = answer.occurrence_id join round on round.id = occurrence.round_id
 where answer.parts @> jsonb_build_array(jsonb_build_object('clip_id', @clip_id::text))
 order by answer.updated_at desc, answer.id desc limit 1;

-- name: AnswerParts :one
select answer.parts, round.sections from answer
  join occurrence on occurrence.id = answer.occurrence_id join round on round.id = occurrence.round_id
 where answer.id = @id for no key update of answer;

-- name: SetAnswerParts :exec
-- Where its sections were heard: its author changed nothing.
update answer set parts = @parts where id = @id;
