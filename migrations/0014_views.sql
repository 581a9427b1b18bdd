-- +goose Up

-- What somebody has watched of a clip: the union of all stretches that were played, so that a second counts once, and only when it was played.
create table watch (
  clip_id     text collate "C" not null constraint watch_clip_fk references clip on delete cascade,
  -- The account's id, the guest's, or a hash of the address and browser of a stranger.
  viewer      text collate "C" not null,
  account_id  text collate "C" constraint watch_account_fk references account on delete cascade,
  watched     int8multirange not null default '{}',
  position_ms bigint not null default 0 constraint watch_position_sane check (position_ms >= 0),
  first_at    timestamptz not null default now(),
  last_at     timestamptz not null default now(),
  constraint watch_pk primary key (clip_id, viewer)
);
create index watch_by_account on watch (account_id, last_at desc) where account_id is not null;

-- Whether it is counted who watches what. Where one stopped is remembered all the same.
alter table workspace add column count_views bool not null default true;

-- +goose Down
alter table workspace drop column count_views;
drop table watch;
