-- +goose Up

-- What was on the screen: when another picture came up, and the lines of text that were read on it.
create table screen (
  clip_id    text collate "C" not null constraint screen_pk primary key constraint screen_clip_fk references clip on delete cascade,
  -- Milliseconds from the clip's start.
  changes    bigint[] not null default '{}',
  state      text not null default 'pending' constraint screen_state_known check (state in ('pending', 'done', 'off', 'unavailable')),
  reason     text not null default '',
  updated_at timestamptz not null default now()
);

create table screen_line (
  clip_id    text collate "C" not null constraint screen_line_screen_fk references screen on delete cascade,
  no         int not null,
  start_ms   bigint not null,
  end_ms     bigint not null,
  body       text not null,
  confidence real not null,
  constraint screen_line_pk primary key (clip_id, no),
  constraint screen_line_ends_after_start check (end_ms >= start_ms)
);

-- Reading the screen can be turned off for a workspace and for a clip.
alter table workspace add column read_screen bool not null default true;
alter table clip add column read_screen bool not null default true;

alter table work drop constraint work_kind_known;
alter table work add constraint work_kind_known check (kind in ('import', 'thumbnails', 'ladder', 'transcribe', 'chapters', 'screen', 'summary'));

-- +goose Down
delete from work where kind in ('screen', 'summary');
alter table work drop constraint work_kind_known;
alter table work add constraint work_kind_known check (kind in ('import', 'thumbnails', 'ladder', 'transcribe', 'chapters'));
alter table clip drop column read_screen;
alter table workspace drop column read_screen;
drop table screen_line, screen;
