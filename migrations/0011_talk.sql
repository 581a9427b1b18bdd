-- +goose Up

-- A browser of somebody without an account, who came by a link. Only the hash of its cookie is kept.
create table guest (
  id           text collate "C" not null constraint guest_pk primary key,
  token_hash   bytea not null constraint guest_token_unique unique,
  name         text not null default '' constraint guest_name_length check (char_length(name) <= 80),
  created_at   timestamptz not null default now(),
  last_seen_at timestamptz not null default now()
);

alter table comment alter column author_id drop not null,
  add column guest_id    text collate "C" constraint comment_guest_fk references guest,
  -- A note to the clip's owner: nobody but the two sees it, nor what is said in its thread.
  add column private_to  text collate "C" constraint comment_private_to_fk references account,
  add column resolved_at timestamptz,
  add column resolved_by text collate "C" constraint comment_resolved_by_fk references account,
  -- Strokes over the frame: domain.Drawing.
  add column drawing     jsonb,
  add constraint comment_has_one_author check ((author_id is null) <> (guest_id is null)),
  -- A drawing or a picture says enough without words.
  drop constraint comment_body_length,
  add constraint comment_body_length check (char_length(body) <= 10000);

-- What a comment said before it was changed or deleted.
create table comment_revision (
  id         bigint generated always as identity constraint comment_revision_pk primary key,
  comment_id text collate "C" not null constraint comment_revision_fk references comment on delete cascade,
  body       text not null,
  until      timestamptz not null default now()
);
create index comment_revision_by_comment on comment_revision (comment_id, id);

create table comment_mention (
  comment_id text collate "C" not null constraint comment_mention_fk references comment on delete cascade,
  account_id text collate "C" not null constraint comment_mention_account_fk references account on delete cascade,
  constraint comment_mention_pk primary key (comment_id, account_id)
);

create table attachment (
  id           text collate "C" not null constraint attachment_pk primary key,
  clip_id      text collate "C" not null constraint attachment_clip_fk references clip on delete cascade,
  -- Null until the comment that it was uploaded for is made.
  comment_id   text collate "C" constraint attachment_comment_fk references comment on delete cascade,
  uploader_id  text collate "C" not null constraint attachment_uploader_fk references account,
  object_key   text not null,
  content_type text not null,
  width        int not null,
  height       int not null,
  bytes        bigint not null,
  created_at   timestamptz not null default now()
);
create index attachment_by_comment on attachment (comment_id) where comment_id is not null;
create index attachment_by_clip on attachment (clip_id);

create table reaction (
  clip_id    text collate "C" not null constraint reaction_clip_fk references clip on delete cascade,
  account_id text collate "C" constraint reaction_account_fk references account on delete cascade,
  guest_id   text collate "C" constraint reaction_guest_fk references guest on delete cascade,
  emoji      text not null,
  -- The second that it is about.
  at_ms      bigint not null constraint reaction_at_sane check (at_ms >= 0 and at_ms % 1000 = 0),
  created_at timestamptz not null default now(),
  constraint reaction_has_one_author check ((account_id is null) <> (guest_id is null)),
  constraint reaction_unique unique nulls not distinct (clip_id, at_ms, emoji, account_id, guest_id)
);

-- Who alone may learn of an event; null: whoever may watch its clip.
alter table event add column audience text[];

-- +goose Down
alter table event drop column audience;
drop table reaction, attachment, comment_mention, comment_revision;
delete from comment where author_id is null or body = '' and deleted_at is null;
alter table comment drop constraint comment_has_one_author, drop constraint comment_body_length, drop column guest_id, drop column private_to,
  drop column resolved_at, drop column resolved_by, drop column drawing, alter column author_id set not null,
  add constraint comment_body_length check (deleted_at is not null or char_length(body) between 1 and 10000);
drop table guest;
