-- +goose Up

-- Browsers that people have asked to be told by. One goes with its sign-in.
create table push_subscription (
  id         text collate "C" not null constraint push_subscription_pk primary key,
  account_id text collate "C" not null constraint push_subscription_account_fk references account on delete cascade,
  sign_in_id text collate "C" not null constraint push_subscription_sign_in_fk references sign_in on delete cascade,
  endpoint   text not null constraint push_subscription_endpoint_unique unique constraint push_subscription_endpoint_length check (char_length(endpoint) <= 2000),
  p256dh     text not null constraint push_subscription_p256dh_length check (char_length(p256dh) <= 200),
  auth       text not null constraint push_subscription_auth_length check (char_length(auth) <= 100),
  user_agent text not null default '',
  created_at timestamptz not null default now()
);
create index push_subscription_by_account on push_subscription (account_id);

-- This server's own keys, made once. Who subscribed to one public key is told by that one alone.
create table push_key (
  one         bool not null default true constraint push_key_pk primary key constraint push_key_one check (one),
  public_key  text not null,
  private_key text not null
);

-- When it is to be pushed, null: not at all, or pushed already. What nobody has a browser for is forgotten after an hour.
alter table notice add column push_at timestamptz default now(), add column push_tries int not null default 0;
update notice set push_at = null;
create index notice_to_push on notice (push_at) where push_at is not null;

-- +goose Down
alter table notice drop column push_at, drop column push_tries;
drop table push_key, push_subscription;
