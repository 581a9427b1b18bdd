-- +goose Up

-- How long a clip was that answered a round, on the day (UTC) on which it was made: it outlives the clip, as the time that it took does. No names.
create table recorded_time (
  workspace_id text collate "C" not null constraint recorded_time_workspace_fk references workspace on delete cascade,
  clip_id      text collate "C" not null constraint recorded_time_pk primary key,
  on_day       date not null,
  ms           bigint not null constraint recorded_time_sane check (ms > 0)
);

-- +goose Down
drop table recorded_time;
