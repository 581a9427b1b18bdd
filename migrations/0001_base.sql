-- +goose Up

-- People -------------------------------------------------------------------
create table workspace (
  id         text collate "C" not null constraint workspace_pk primary key,
  name       text not null constraint workspace_name_length check (char_length(name) between 1 and 80),
  created_at timestamptz not null default now()
);

create table account (
  id            text collate "C" not null constraint account_pk primary key,
  email         text not null constraint account_email_unique unique constraint account_email_lower check (email = lower(email)),
  name          text not null constraint account_name_length check (char_length(name) between 1 and 80),
  time_zone     text not null default 'UTC',
  password_hash text not null default '',
  created_at    timestamptz not null default now()
);

create table member (
  workspace_id text collate "C" not null constraint member_workspace_fk references workspace on delete cascade,
  account_id   text collate "C" not null constraint member_account_fk references account on delete cascade,
  role         text not null constraint member_role_known check (role in ('owner', 'admin', 'member', 'guest')),
  joined_at    timestamptz not null default now(),
  -- Clips keep pointing at people who left, so a member is marked, never deleted.
  left_at      timestamptz,
  constraint member_pk primary key (workspace_id, account_id)
);
create index member_by_account on member (account_id);

create table space (
  id           text collate "C" not null constraint space_pk primary key,
  workspace_id text collate "C" not null constraint space_workspace_fk references workspace on delete cascade,
  name         text not null constraint space_name_length check (char_length(name) between 1 and 80),
  created_at   timestamptz not null default now(),
  constraint space_name_unique unique (workspace_id, name)
);

create table invite (
  id           text collate "C" not null constraint invite_pk primary key,
  workspace_id text collate "C" not null constraint invite_workspace_fk references workspace on delete cascade,
  -- Only the hash of the link's secret is kept: a copy of the database lets nobody in.
  secret_hash  bytea not null constraint invite_secret_unique unique,
  role         text not null constraint invite_role_known check (role in ('admin', 'member', 'guest')),
  created_by   text collate "C" not null constraint invite_account_fk references account on delete cascade,
  created_at   timestamptz not null default now(),
  expires_at   timestamptz not null,
  uses         int not null default 0,
  max_uses     int not null default 0 constraint invite_max_uses_sane check (max_uses >= 0),
  revoked_at   timestamptz
);
create index invite_by_workspace on invite (workspace_id);

create table sign_in (
  id           text collate "C" not null constraint sign_in_pk primary key,
  token_hash   bytea not null constraint sign_in_token_unique unique,
  account_id   text collate "C" not null,
  workspace_id text collate "C" not null,
  user_agent   text not null default '',
  address      text not null default '',
  created_at   timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  expires_at   timestamptz not null,
  constraint sign_in_member_fk foreign key (workspace_id, account_id) references member on delete cascade
);
create index sign_in_by_account on sign_in (account_id);

create table api_token (
  id           text collate "C" not null constraint api_token_pk primary key,
  token_hash   bytea not null constraint api_token_hash_unique unique,
  account_id   text collate "C" not null,
  workspace_id text collate "C" not null,
  name         text not null constraint api_token_name_length check (char_length(name) between 1 and 100),
  created_at   timestamptz not null default now(),
  last_used_at timestamptz,
  revoked_at   timestamptz,
  constraint api_token_member_fk foreign key (workspace_id, account_id) references member on delete cascade
);
create index api_token_by_account on api_token (account_id);

-- Clips --------------------------------------------------------------------
create table clip (
  id                  text collate "C" not null constraint clip_pk primary key,
  workspace_id        text collate "C" not null constraint clip_workspace_fk references workspace on delete cascade,
  owner_id            text collate "C" not null constraint clip_owner_fk references account,
  space_id            text collate "C" constraint clip_space_fk references space on delete set null,
  kind                text not null constraint clip_kind_known check (kind in ('screen', 'camera', 'audio', 'upload')),
  title               text not null default '' constraint clip_title_length check (char_length(title) <= 200),
  description         text not null default '' constraint clip_description_length check (char_length(description) <= 5000),
  visibility          text not null default 'private' constraint clip_visibility_known check (visibility in ('private', 'workspace', 'link')),
  state               text not null default 'recording' constraint clip_state_known check (state in ('recording', 'processing', 'ready', 'failed')),
  failure_reason      text not null default '',
  duration_ms         bigint not null default 0 constraint clip_duration_sane check (duration_ms >= 0),
  width               int not null default 0,
  height              int not null default 0,
  has_video           bool not null default false,
  has_audio           bool not null default false,
  size_bytes          bigint not null default 0,
  poster_key          text not null default '',
  storyboard_key      text not null default '',
  peaks_key           text not null default '',
  transcript_state    text not null default 'pending' constraint clip_transcript_state_known check (transcript_state in ('pending', 'running', 'done', 'no_speech', 'failed')),
  transcript_progress double precision not null default 0,
  transcript_reason   text not null default '',
  -- A person arranged the chapters, maybe to none: a new run leaves them alone.
  chapters_edited     bool not null default false,
  created_at          timestamptz not null default now(),
  updated_at          timestamptz not null default now(),
  ready_at            timestamptz,
  -- A deleted clip is invisible at once; its objects and this row go with the purge job.
  deleted_at          timestamptz,
  constraint clip_failed_has_reason check (state <> 'failed' or failure_reason <> '')
);
create index clip_by_workspace on clip (workspace_id, id desc) where deleted_at is null;
create index clip_by_owner on clip (owner_id, id desc) where deleted_at is null;
create index clip_by_space on clip (space_id, id desc) where deleted_at is null;
create index clip_recording on clip (state) where state in ('recording', 'processing') and deleted_at is null;

-- The rule of domain.Viewer.May for watching, inside the clip's own workspace.
-- +goose StatementBegin
create function may_watch(owner_id text, visibility text, viewer_id text, guest bool) returns bool language sql immutable as $$
  select owner_id = viewer_id or visibility = 'link' or visibility = 'workspace' and not guest
$$;
-- +goose StatementEnd

-- The storyboard's index (WebVTT), apart because it is large and seldom read.
create table storyboard (
  clip_id text collate "C" not null constraint storyboard_pk primary key constraint storyboard_clip_fk references clip on delete cascade,
  vtt     text not null
);

create table recording (
  clip_id           text collate "C" not null constraint recording_pk primary key constraint recording_clip_fk references clip on delete cascade,
  mime_type         text not null default '',
  file_name         text not null default '',
  next_seq          bigint not null default 0,
  bytes             bigint not null default 0,
  declared_bytes    bigint not null default 0,
  source_parts      int not null default 0,
  end_reason        text not null default '' constraint recording_end_reason_known check (end_reason in ('', 'finished', 'abandoned', 'cancelled')),
  last_chunk_at     timestamptz not null default now(),
  checkpoint        jsonb,
  checkpoint_offset bigint not null default 0,
  sha256            text not null default '',
  gaps              jsonb not null default '[]',
  -- Counts the nodes that recorded: what comes from an earlier one is refused.
  epoch             bigint not null default 0,
  node              text not null default '',
  -- Bytes when it last ended: ending it again with more makes the jobs run again.
  ended_bytes       bigint not null default -1
);
create index recording_open on recording (last_chunk_at) where end_reason = '';

create table rendition (
  clip_id   text collate "C" not null constraint rendition_clip_fk references clip on delete cascade,
  name      text not null,
  codecs    text not null,
  width     int not null default 0,
  height    int not null default 0,
  bandwidth bigint not null default 0,
  complete  bool not null default false,
  constraint rendition_pk primary key (clip_id, name)
);

create table init_segment (
  clip_id    text collate "C" not null,
  rendition  text not null,
  no         int not null,
  object_key text not null,
  bytes      bigint not null,
  constraint init_segment_pk primary key (clip_id, rendition, no),
  constraint init_segment_rendition_fk foreign key (clip_id, rendition) references rendition on delete cascade
);

create table segment (
  clip_id       text collate "C" not null,
  rendition     text not null,
  no            int not null,
  init_no       int not null,
  start_ms      bigint not null,
  duration_ms   bigint not null constraint segment_duration_positive check (duration_ms > 0),
  bytes         bigint not null,
  object_key    text not null,
  discontinuity bool not null default false,
  constraint segment_pk primary key (clip_id, rendition, no),
  constraint segment_init_fk foreign key (clip_id, rendition, init_no) references init_segment on delete cascade
);

-- What the server is doing with a clip, for people; the queue's own rows are River's.
create table work (
  clip_id    text collate "C" not null constraint work_clip_fk references clip on delete cascade,
  kind       text not null constraint work_kind_known check (kind in ('import', 'thumbnails', 'ladder', 'transcribe', 'chapters')),
  state      text not null constraint work_state_known check (state in ('waiting', 'running', 'retrying', 'done', 'failed')),
  progress   double precision not null default 0 constraint work_progress_share check (progress between 0 and 1),
  reason     text not null default '',
  updated_at timestamptz not null default now(),
  constraint work_pk primary key (clip_id, kind)
);

-- Words --------------------------------------------------------------------
create table transcript (
  clip_id        text collate "C" not null constraint transcript_pk primary key constraint transcript_clip_fk references clip on delete cascade,
  language       text not null default '',
  coverage       double precision not null default 0,
  -- Spans of detected speech: [{"start_ms":…,"end_ms":…}].
  speech         jsonb not null default '[]',
  -- How far the sound has been listened to; a restarted job goes on from here.
  transcribed_ms bigint not null default 0,
  updated_at     timestamptz not null default now()
);

create table cue (
  clip_id  text collate "C" not null constraint cue_clip_fk references clip on delete cascade,
  no       int not null,
  start_ms bigint not null,
  end_ms   bigint not null,
  body     text not null,
  -- [{"start_ms":…,"end_ms":…,"text":…}]
  words    jsonb not null default '[]',
  edited   bool not null default false,
  constraint cue_pk primary key (clip_id, no),
  constraint cue_ends_after_start check (end_ms >= start_ms)
);

create table chapter (
  clip_id  text collate "C" not null constraint chapter_clip_fk references clip on delete cascade,
  no       int not null,
  start_ms bigint not null,
  end_ms   bigint not null,
  title    text not null constraint chapter_title_length check (char_length(title) between 1 and 200),
  edited   bool not null default false,
  constraint chapter_pk primary key (clip_id, no)
);

-- Talk ---------------------------------------------------------------------
create table comment (
  id         text collate "C" not null constraint comment_pk primary key,
  clip_id    text collate "C" not null constraint comment_clip_fk references clip on delete cascade,
  parent_id  text collate "C" constraint comment_parent_fk references comment on delete cascade,
  author_id  text collate "C" not null constraint comment_author_fk references account,
  at_ms      bigint not null constraint comment_at_sane check (at_ms >= 0),
  end_ms     bigint not null default 0,
  -- A deleted comment with replies stays, without its words.
  body       text not null constraint comment_body_length check (deleted_at is not null or char_length(body) between 1 and 10000),
  created_at timestamptz not null default now(),
  edited_at  timestamptz,
  deleted_at timestamptz
);
create index comment_by_clip on comment (clip_id, at_ms, id);
create index comment_by_parent on comment (parent_id) where parent_id is not null;

-- Events: kept for a day, so that a client that reconnects catches up --------
create table event (
  id           bigint generated always as identity constraint event_pk primary key,
  workspace_id text collate "C" not null,
  clip_id      text collate "C" not null default '',
  kind         text not null,
  data         jsonb not null,
  at           timestamptz not null default now(),
  -- Who may learn of it, as the clip was then.
  owner_id     text collate "C" not null default '',
  visibility   text not null default ''
);
create index event_by_workspace on event (workspace_id, id);
create index event_by_age on event (at);

-- +goose StatementBegin
create function event_notify() returns trigger language plpgsql as $$
begin
  -- The id alone: a payload is limited to 8000 bytes, so listeners read the row.
  perform pg_notify('baton_event', new.id::text);
  return null;
end $$;
-- +goose StatementEnd
create trigger event_notify after insert on event for each row execute function event_notify();

-- +goose Down
drop table event, comment, chapter, cue, transcript, work, segment, init_segment, rendition, recording, storyboard, clip,
  api_token, sign_in, invite, space, member, account, workspace cascade;
drop function event_notify();
drop function may_watch(text, text, text, bool);
