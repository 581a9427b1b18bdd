-- +goose Up

create table round (
  id               text collate "C" not null constraint round_pk primary key,
  workspace_id     text collate "C" not null constraint round_workspace_fk references workspace on delete cascade,
  space_id         text collate "C" constraint round_space_fk references space on delete set null,
  name             text not null constraint round_name_length check (char_length(name) between 1 and 80),
  template         text not null,
  -- [{"key":…,"title":…,"prompt":…,"seconds":…}]
  sections         jsonb not null,
  -- The cadence of days (RFC 5545), and from which day on.
  rule             text not null,
  starts_on        date not null,
  -- Minutes since midnight on each member's own wall clock.
  opens            int not null constraint round_opens_sane check (opens between 0 and 1439),
  closes           int not null constraint round_closes_sane check (closes between 0 and 1440),
  close_after_days int not null default 0 constraint round_close_after_sane check (close_after_days between 0 and 14),
  remind_minutes   int not null default 60 constraint round_remind_sane check (remind_minutes between 0 and 1440),
  created_by       text collate "C" not null constraint round_account_fk references account,
  created_at       timestamptz not null default now(),
  paused           bool not null default false,
  deleted_at       timestamptz
);
create index round_by_workspace on round (workspace_id, id) where deleted_at is null;

create table round_member (
  round_id   text collate "C" not null constraint round_member_round_fk references round on delete cascade,
  account_id text collate "C" not null constraint round_member_account_fk references account on delete cascade,
  constraint round_member_pk primary key (round_id, account_id)
);
create index round_member_by_account on round_member (account_id);

create table occurrence (
  id        text collate "C" not null constraint occurrence_pk primary key,
  round_id  text collate "C" not null constraint occurrence_round_fk references round on delete cascade,
  on_day    date not null,
  opened_at timestamptz not null,
  closed_at timestamptz,
  -- Two nodes that open a round's day at once make one occurrence.
  constraint occurrence_unique unique (round_id, on_day)
);
create index occurrence_open on occurrence (round_id) where closed_at is null;

create table answer (
  id            text collate "C" not null constraint answer_pk primary key,
  occurrence_id text collate "C" not null constraint answer_occurrence_fk references occurrence on delete cascade,
  author_id     text collate "C" not null constraint answer_author_fk references account,
  -- [{"section":…,"text":…,"clip_id":…,"start_ms":…,"end_ms":…}]
  parts         jsonb not null,
  late          bool not null default false,
  created_at    timestamptz not null,
  updated_at    timestamptz not null,
  constraint answer_unique unique (occurrence_id, author_id)
);

-- What people were told, each thing once: the row is made in the transaction that tells it.
create table nudge (
  workspace_id text collate "C" not null constraint nudge_workspace_fk references workspace on delete cascade,
  account_id   text collate "C" not null constraint nudge_account_fk references account on delete cascade,
  kind         text not null,
  ref          text collate "C" not null,
  title        text not null,
  at           timestamptz not null,
  constraint nudge_pk primary key (ref, account_id, kind)
);
create index nudge_by_account on nudge (account_id, at desc);

-- +goose Down
drop table nudge, answer, occurrence, round_member, round;
