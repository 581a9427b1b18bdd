-- +goose Up

-- The picture that somebody shows of themselves, in all their workspaces: a small JPEG that the server made of what they sent.
create table account_picture (
  account_id text collate "C" not null constraint account_picture_pk primary key
             constraint account_picture_account_fk references account on delete cascade,
  object_key text not null,
  bytes      bigint not null,
  updated_at timestamptz not null default now()
);

-- +goose Down
drop table account_picture;
