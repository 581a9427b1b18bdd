-- +goose Up

-- A link makes one sign-in, however often it is opened and by what: the secret of that follows from the link's secret and this, so that neither
-- a mail nor this table is enough to know it.
alter table answer_link add column salt bytea not null default sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8'));

-- The occurrence by whose link a clip was recorded: of all clips such a sign-in touches no others.
alter table clip add column link_for text collate "C" constraint clip_link_for_fk references occurrence on delete set null;
create index clip_by_link on clip (link_for) where link_for is not null;

-- Nobody noted by which sign-in a clip was recorded. What is being recorded just now by somebody who came by a link goes on when they open it again.
update clip set link_for = (
  select sign_in.occurrence_id from sign_in join occurrence on occurrence.id = sign_in.occurrence_id
   where sign_in.account_id = clip.owner_id and sign_in.workspace_id = clip.workspace_id and sign_in.created_at <= clip.created_at and sign_in.expires_at > now()
     and occurrence.closed_at is null
   order by sign_in.created_at desc limit 1)
 where state = 'recording' and deleted_at is null;

-- The link that a sign-in came by. Those of before are made anew when somebody opens theirs again.
delete from sign_in where occurrence_id is not null;
alter table sign_in add column link_hash bytea constraint sign_in_link_fk references answer_link on delete cascade,
  add constraint sign_in_link_with_occurrence check ((link_hash is null) = (occurrence_id is null));
create index sign_in_by_link on sign_in (link_hash) where link_hash is not null;

-- +goose Down
alter table clip drop column link_for;
alter table sign_in drop constraint sign_in_link_with_occurrence, drop column link_hash;
alter table answer_link drop column salt;
