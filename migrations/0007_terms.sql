-- +goose Up

-- A team's own words, and what the speech engine hears instead.
create table term (
  workspace_id text collate "C" not null constraint term_workspace_fk references workspace on delete cascade,
  spelling     text not null constraint term_spelling_length check (char_length(spelling) between 1 and 80),
  no           int not null,
  heard        text[] not null default '{}',
  constraint term_pk primary key (workspace_id, spelling)
);

-- A correction of many lines at once, kept so that it can be undone.
create table fix (
  id           text collate "C" not null constraint fix_pk primary key,
  workspace_id text collate "C" not null constraint fix_workspace_fk references workspace on delete cascade,
  author_id    text collate "C" not null constraint fix_author_fk references account,
  -- [{"spelling":…,"heard":[…]}]
  terms        jsonb not null,
  created_at   timestamptz not null default now(),
  undone_at    timestamptz
);
create index fix_by_author on fix (workspace_id, author_id, id desc);

-- The lines as they were.
create table fix_cue (
  fix_id    text collate "C" not null constraint fix_cue_fix_fk references fix on delete cascade,
  clip_id   text collate "C" not null constraint fix_cue_clip_fk references clip on delete cascade,
  no        int not null,
  start_ms  bigint not null,
  before    text not null,
  words     jsonb not null,
  after     text not null,
  constraint fix_cue_pk primary key (fix_id, clip_id, no)
);
create index fix_cue_by_clip on fix_cue (clip_id);

-- +goose Down
drop table fix_cue, fix, term;
