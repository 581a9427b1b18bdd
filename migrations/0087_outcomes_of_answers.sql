-- +goose Up

-- What their speakers asked, decided and raised in answers of rounds came up in those rounds; but for what was said in private. What others
-- made may be of a private note that is no more.
create temporary table answered on commit drop as
select distinct on (clip.id) clip.id as clip_id, clip.owner_id, answer.occurrence_id
  from answer join occurrence on occurrence.id = answer.occurrence_id join round on round.id = occurrence.round_id
  cross join jsonb_array_elements(answer.parts) part join clip on clip.id = part ->> 'clip_id' and clip.workspace_id = round.workspace_id
 where round.deleted_at is null and clip.visibility <> 'private'
 order by clip.id, answer.updated_at desc, answer.id desc;

update ask set occurrence_id = answered.occurrence_id from answered
 where answered.clip_id = ask.clip_id and answered.owner_id = ask.author_id and ask.occurrence_id is null
   and not exists (select from comment where comment.id = ask.comment_id and comment.private_to is not null);
update decision set occurrence_id = answered.occurrence_id from answered
 where answered.clip_id = decision.clip_id and answered.owner_id = decision.author_id and decision.occurrence_id is null
   and not exists (select from comment where comment.id = decision.comment_id and comment.private_to is not null);
update blocker set occurrence_id = answered.occurrence_id from answered
 where answered.clip_id = blocker.clip_id and answered.owner_id = blocker.owner_id and blocker.occurrence_id is null
   and not exists (select from comment where comment.id = blocker.comment_id and comment.private_to is not null);

-- +goose Down
select;
