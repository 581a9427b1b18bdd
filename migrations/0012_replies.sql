-- +goose Up

-- A clip that answers another one. It is in no list; whoever may watch its parent may watch it, whose visibility it has a copy of.
alter table clip
  add column parent_id text collate "C" constraint clip_parent_fk references clip on delete cascade,
  -- Owns the parent.
  add column host_id   text collate "C" constraint clip_host_fk references account,
  add constraint clip_reply_has_host check ((parent_id is null) = (host_id is null));
create index clip_by_parent on clip (parent_id) where parent_id is not null;

-- The place of the answer in the talk.
alter table comment add column reply_clip_id text collate "C" constraint comment_reply_fk references clip on delete cascade
  constraint comment_reply_unique unique;

-- +goose Down
delete from clip where parent_id is not null;
alter table comment drop column reply_clip_id;
alter table clip drop constraint clip_reply_has_host, drop column parent_id, drop column host_id;
