-- +goose Up

alter table clip
  -- Members who may watch it whatever its visibility.
  add column people         text[] not null default '{}' constraint clip_people_bounded check (cardinality(people) <= 200),
  -- Strangers who have the clip's own link may comment under a name, and may download.
  add column guest_comments bool not null default false,
  add column downloads      bool not null default true;
alter table event add column people text[] not null default '{}';

-- A link beside the clip's own, with conditions, that can be taken back by itself.
create table share (
  id            text collate "C" not null constraint share_pk primary key,
  clip_id       text collate "C" not null constraint share_clip_fk references clip on delete cascade,
  -- Only the hash of the link's secret is kept.
  secret_hash   bytea not null constraint share_secret_unique unique,
  created_by    text collate "C" not null constraint share_account_fk references account,
  name          text not null default '' constraint share_name_length check (char_length(name) <= 80),
  password_hash text not null default '',
  -- Whose verified address (that of an account) must end in it; empty: anybody's.
  email_domain  text not null default '',
  expires_at    timestamptz,
  max_views     int not null default 0 constraint share_max_views_sane check (max_views >= 0),
  -- How many browsers have opened it.
  views         int not null default 0,
  comments      bool not null default false,
  downloads     bool not null default false,
  created_at    timestamptz not null default now(),
  revoked_at    timestamptz
);
create index share_by_clip on share (clip_id, id);

-- A browser that has met a link's conditions.
create table share_pass (
  share_id  text collate "C" not null constraint share_pass_share_fk references share on delete cascade,
  guest_id  text collate "C" not null constraint share_pass_guest_fk references guest on delete cascade,
  opened_at timestamptz not null default now(),
  constraint share_pass_pk primary key (share_id, guest_id)
);
create index share_pass_by_guest on share_pass (guest_id);

-- Somebody asks to be let in, or for more time on a link.
create table access_request (
  id          text collate "C" not null constraint access_request_pk primary key,
  clip_id     text collate "C" not null constraint access_request_clip_fk references clip on delete cascade,
  share_id    text collate "C" constraint access_request_share_fk references share on delete cascade,
  account_id  text collate "C" constraint access_request_account_fk references account on delete cascade,
  name        text not null constraint access_request_name_length check (char_length(name) between 1 and 80),
  message     text not null default '' constraint access_request_message_length check (char_length(message) <= 500),
  created_at  timestamptz not null default now(),
  answered_at timestamptz,
  granted     bool not null default false
);
create index access_request_open on access_request (clip_id) where answered_at is null;

-- +goose Down
drop table access_request, share_pass, share;
alter table event drop column people;
alter table clip drop column people, drop column guest_comments, drop column downloads;
