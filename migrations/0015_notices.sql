-- +goose Up

-- What somebody is told: one row for one person and one event, however many reasons there are to tell them. It is written in the
-- transaction of the event, and is its own outbox for mail: what is due and was not mailed yet is mailed, also after a crash.
create table notice (
  id           text collate "C" not null constraint notice_pk primary key,
  workspace_id text collate "C" not null constraint notice_workspace_fk references workspace on delete cascade,
  account_id   text collate "C" not null constraint notice_account_fk references account on delete cascade,
  kind         text not null constraint notice_kind_known check (kind in ('mention', 'reply', 'comment', 'access')),
  -- The event: the comment's or the request's id.
  ref          text collate "C" not null,
  clip_id      text collate "C" not null constraint notice_clip_fk references clip on delete cascade,
  actor        text not null,
  excerpt      text not null default '',
  at_ms        bigint not null default 0,
  created_at   timestamptz not null default now(),
  read_at      timestamptz,
  -- When it is to be mailed, null: not at all, or mailed already.
  mail_at      timestamptz,
  mail_tries   int not null default 0,
  constraint notice_once unique (account_id, ref)
);
create index notice_by_account on notice (workspace_id, account_id, id desc);
create index notice_to_mail on notice (mail_at) where mail_at is not null;

create table notice_choice (
  account_id  text collate "C" not null constraint notice_choice_pk primary key constraint notice_choice_account_fk references account on delete cascade,
  mail        text not null default 'each' constraint notice_choice_mail_known check (mail in ('each', 'hourly', 'never')),
  -- Kinds of which they want to hear nothing.
  muted       text[] not null default '{}',
  -- What is in the address of the one click that ends the mail; it lets nobody in.
  unsubscribe text collate "C" not null constraint notice_choice_unsubscribe_unique unique
);

-- +goose Down
drop table notice_choice, notice;
