-- +goose Up

-- A person's private feed: whoever holds its secret address gets what that person may hear. Only its SHA-256 is kept.
create table podcast (
  account_id   text collate "C" not null constraint podcast_account_fk references account on delete cascade,
  workspace_id text collate "C" not null constraint podcast_workspace_fk references workspace on delete cascade,
  secret_hash  bytea not null constraint podcast_secret_key unique,
  created_at   timestamptz not null default now(),
  last_used_at timestamptz,
  constraint podcast_pk primary key (workspace_id, account_id)
);

-- A clip's sound as one file, for programs that play files; made where somebody has a feed.
create table sound (
  clip_id     text collate "C" not null constraint sound_pk primary key constraint sound_clip_fk references clip on delete cascade,
  object_key  text not null,
  bytes       bigint not null constraint sound_bytes_ck check (bytes > 0),
  duration_ms bigint not null,
  -- Of which state of the clip's edit it is: that of another is offered to nobody.
  edit_no     int not null,
  made_at     timestamptz not null default now()
);

-- +goose Down
drop table sound;
drop table podcast;
