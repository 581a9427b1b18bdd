-- +goose Up

-- Where it was said that a blocker is still in the way; nothing: it was written.
alter table blocker_mention
  add column clip_id  text collate "C" constraint blocker_mention_clip_fk references clip on delete set null,
  add column start_ms bigint not null default 0,
  add column end_ms   bigint not null default 0;
create index blocker_mention_by_clip on blocker_mention (clip_id) where clip_id is not null;

-- +goose Down
drop index blocker_mention_by_clip;
alter table blocker_mention drop column clip_id, drop column start_ms, drop column end_ms;
