-- +goose Up

-- The address of a calendar of what is due to a person in a workspace. Only the hash of its secret is kept; deleting the row ends it.
create table due_feed (
  workspace_id text collate "C" not null constraint due_feed_workspace_fk references workspace on delete cascade,
  account_id   text collate "C" not null constraint due_feed_account_fk references account on delete cascade,
  token_hash   bytea not null constraint due_feed_token_unique unique,
  created_at   timestamptz not null default now(),
  constraint due_feed_pk primary key (workspace_id, account_id)
);

-- +goose Down
drop table due_feed;
