-- +goose Up

-- What a language model made of a transcript, each line with its moment: [{"text":…,"start_ms":…,"end_ms":…}].
create table summary (
  clip_id      text collate "C" not null constraint summary_pk primary key constraint summary_clip_fk references clip on delete cascade,
  lines        jsonb not null,
  action_items jsonb not null,
  model        text not null,
  made_at      timestamptz not null default now()
);

-- +goose Down
drop table summary;
