-- +goose Up

-- When a person works, on the wall clock of their zone (account.time_zone). Times are minutes since midnight.
create table hours (
  account_id text collate "C" not null constraint hours_pk primary key constraint hours_account_fk references account on delete cascade,
  -- The working days, 0 Sunday to 6 Saturday.
  days       int[] not null constraint hours_days_known check (days <@ array[0, 1, 2, 3, 4, 5, 6] and cardinality(days) > 0),
  work_from  int not null,
  work_to    int not null,
  core_from  int not null,
  core_to    int not null,
  quiet_from int not null constraint hours_quiet_from_sane check (quiet_from between 0 and 1440),
  quiet_to   int not null constraint hours_quiet_to_sane check (quiet_to between 0 and 1440),
  constraint hours_work_sane check (0 <= work_from and work_from < work_to and work_to <= 1440),
  constraint hours_core_sane check (0 <= core_from and core_from <= core_to and core_to <= 1440)
);

create table day_off (
  id         text collate "C" not null constraint day_off_pk primary key,
  account_id text collate "C" not null constraint day_off_account_fk references account on delete cascade,
  first_day  date not null,
  last_day   date not null,
  reason     text not null default '' constraint day_off_reason_length check (char_length(reason) <= 200),
  source     text not null constraint day_off_source_known check (source in ('manual', 'ics')),
  constraint day_off_ends_after_start check (last_day >= first_day),
  -- A calendar that is imported again adds nothing.
  constraint day_off_unique unique (account_id, first_day, last_day)
);

-- +goose Down
drop table hours, day_off;
