-- +goose Up

-- Where a space's news are posted: a channel of people's chat, or a program.
create table webhook (
  id            text collate "C" not null constraint webhook_pk primary key,
  workspace_id  text collate "C" not null constraint webhook_workspace_fk references workspace on delete cascade,
  -- Null: the whole workspace.
  space_id      text collate "C" constraint webhook_space_fk references space on delete cascade,
  kind          text not null constraint webhook_kind_known check (kind in ('json', 'slack', 'mattermost', 'discord', 'ntfy')),
  name          text not null constraint webhook_name_length check (char_length(name) between 1 and 80),
  url           text not null constraint webhook_url_length check (char_length(url) between 8 and 2000),
  secret        text not null default '',
  wants         text[] not null,
  paused        bool not null default false,
  paused_reason text not null default '',
  created_by    text collate "C" not null constraint webhook_account_fk references account,
  created_at    timestamptz not null default now()
);
create index webhook_by_workspace on webhook (workspace_id, id);

-- The outbox: written in the transaction of the event, so that neither is without the other.
create table post (
  id         text collate "C" not null constraint post_pk primary key,
  webhook_id text collate "C" not null constraint post_webhook_fk references webhook on delete cascade,
  kind       text not null,
  ref        text collate "C" not null,
  clip_id    text collate "C" constraint post_clip_fk references clip on delete cascade,
  message    jsonb not null,
  created_at timestamptz not null default now(),
  -- When it is tried next; null: not any more.
  due_at     timestamptz,
  tries      int not null default 0,
  sent_at    timestamptz,
  dead_at    timestamptz,
  reason     text not null default '',
  constraint post_once unique (webhook_id, kind, ref)
);
create index post_due on post (due_at) where due_at is not null;
create index post_by_webhook on post (webhook_id, id desc);

-- +goose Down
drop table post, webhook;
