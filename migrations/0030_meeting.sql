-- +goose Up

-- A meeting that a round stands in for.
create table meeting (
  id           text collate "C" not null constraint meeting_pk primary key,
  workspace_id text collate "C" not null constraint meeting_workspace_fk references workspace on delete cascade,
  round_id     text collate "C" constraint meeting_round_fk references round on delete cascade,
  name         text not null constraint meeting_name_length check (char_length(name) between 1 and 200),
  minutes      int not null constraint meeting_minutes_sane check (minutes between 1 and 1440),
  people       int not null constraint meeting_people_sane check (people between 1 and 1000),
  -- How often it was held, in times a year.
  per_year     double precision not null constraint meeting_per_year_sane check (per_year > 0 and per_year <= 1000),
  since        date not null,
  created_by   text collate "C" not null constraint meeting_account_fk references account
);
create index meeting_by_workspace on meeting (workspace_id);

-- +goose Down
drop table meeting;
