-- +goose Up

-- Sentences that were proposed as asks, decisions or blockers, and that their speaker did not mean so.
create table proposal_dismissed (
  clip_id  text collate "C" not null constraint proposal_dismissed_clip_fk references clip on delete cascade,
  start_ms bigint not null,
  constraint proposal_dismissed_pk primary key (clip_id, start_ms)
);

-- +goose Down
drop table proposal_dismissed;
