-- name: OccurrenceOfClip :one
-- The occurrence that a clip last answered, for what is said in the clip or in a comment on it: nothing of what is between a few.
select answer.occurrence_id from answer
  join occurrence on occurrence.id = answer.occurrence_id join round on round.id = occurrence.round_id and round.deleted_at is null
  join clip on clip.id = @clip_id::text and clip.workspace_id = round.workspace_id and clip.visibility <> 'private'
 where round.workspace_id = @workspace_id and answer.parts @> jsonb_build_array(jsonb_build_object('clip_id', clip.id))
   and not exists (select from comment where comment.id = @comment_id::text and comment.private_to is not null)
 order by answer.updated_at desc, answer.id desc limit 1;

-- name: BringOutcomes :exec
-- What their speaker marked in clips before they answered came up in the occurrence that they answer; but for what was between two.
with hushed as (select comment.id from comment where comment.clip_id = any(@clips::text[]) and comment.private_to is not null),
asked as (
  update ask set occurrence_id = @occurrence_id::text
   where clip_id = any(@clips::text[]) and ask.author_id = @author_id and occurrence_id is null
     and not exists (select from hushed where hushed.id = ask.comment_id)
), decided as (
  update decision set occurrence_id = @occurrence_id::text
   where clip_id = any(@clips::text[]) and decision.author_id = @author_id and occurrence_id is null
     and not exists (select from hushed where hushed.id = decision.comment_id)
)
update blocker set occurrence_id = @occurrence_id::text
 where clip_id = any(@clips::text[]) and blocker.owner_id = @author_id and occurrence_id is null
   and not exists (select from hushed where hushed.id = blocker.comment_id);
