-- +goose Up

-- The stretches that the same viewer has played more than once: where people go back to. Kept only where views are counted.
alter table watch add column replayed int8multirange not null default '{}';

-- Clips that somebody new to a space should see first.
create table pin (
  space_id  text collate "C" not null constraint pin_space_fk references space on delete cascade,
  clip_id   text collate "C" not null constraint pin_clip_fk references clip on delete cascade,
  pinned_by text collate "C" not null constraint pin_account_fk references account,
  pinned_at timestamptz not null,
  constraint pin_pk primary key (space_id, clip_id)
);
create index pin_by_clip on pin (clip_id);

-- +goose Down
drop table pin;
alter table watch drop column replayed;
