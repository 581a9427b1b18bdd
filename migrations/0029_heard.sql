-- +goose Up

-- What somebody has heard of a clip: [{"start_ms":…,"end_ms":…}], merged.
create table heard (
  account_id text collate "C" not null constraint heard_account_fk references account on delete cascade,
  clip_id    text collate "C" not null constraint heard_clip_fk references clip on delete cascade,
  spans      jsonb not null,
  constraint heard_pk primary key (account_id, clip_id)
);

-- +goose Down
drop table heard;
