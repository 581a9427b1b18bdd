-- +goose Up

-- How long a clip was played on a day (UTC) by people with an account, by the clock, all of them together: no names. It outlives the
-- clip, as the time that it took does.
create table watch_time (
  workspace_id text collate "C" not null constraint watch_time_workspace_fk references workspace on delete cascade,
  clip_id      text collate "C" not null,
  on_day       date not null,
  ms           bigint not null constraint watch_time_sane check (ms > 0),
  constraint watch_time_pk primary key (clip_id, on_day)
);
create index watch_time_by_day on watch_time (workspace_id, on_day);

-- Up to when the time of a person is booked: in however many windows they play, none of their seconds is booked twice.
create table watch_clock (
  account_id   text collate "C" not null constraint watch_clock_pk primary key constraint watch_clock_account_fk references account on delete cascade,
  booked_until timestamptz not null
);

-- What was played before, as if at normal speed and in one go.
insert into watch_time (workspace_id, clip_id, on_day, ms)
select clip.workspace_id, clip.id, past.on_day, sum(past.ms)::bigint from (
  select watch.clip_id, (watch.last_at at time zone 'UTC')::date as on_day, (select coalesce(sum(upper(r) - lower(r)), 0) from unnest(watch.watched) r) as ms
    from watch where watch.account_id is not null
  union all
  select heard.clip_id, (clip.created_at at time zone 'UTC')::date,
         (select coalesce(sum((s ->> 'end_ms')::bigint - (s ->> 'start_ms')::bigint), 0) from jsonb_array_elements(heard.spans) s)
    from heard join clip on clip.id = heard.clip_id
   where not exists (select from watch where watch.clip_id = heard.clip_id and watch.account_id = heard.account_id and watch.watched <> '{}')
) past join clip on clip.id = past.clip_id
 where past.ms > 0 group by clip.workspace_id, clip.id, past.on_day;

-- For how many days an occurrence stands: until the next of its round, as its cadence was when it opened.
alter table occurrence add column covers_days int not null default 1 constraint occurrence_covers_sane check (covers_days between 1 and 366);
update occurrence set covers_days = least(later.on_day - occurrence.on_day, 31)
  from (select id, lead(on_day) over (partition by round_id order by on_day) as on_day from occurrence) later
 where later.id = occurrence.id and later.on_day > occurrence.on_day;

-- The last day on which a meeting was not held; null: it is not held to this day.
alter table meeting add column until date;
alter table meeting add constraint meeting_until_sane check (until >= since);

-- +goose Down
alter table meeting drop column until;
alter table occurrence drop column covers_days;
drop table watch_clock;
drop table watch_time;
