-- +goose Up

-- Where somebody was in a reel, so that they go on there in whatever browser.
create table reel_bookmark (
  account_id   text collate "C" not null constraint reel_bookmark_account_fk references account on delete cascade,
  workspace_id text collate "C" not null constraint reel_bookmark_workspace_fk references workspace on delete cascade,
  -- An occurrence's or a space's id; empty: what is new for them.
  reel         text collate "C" not null,
  piece        text not null constraint reel_bookmark_piece_length check (char_length(piece) between 1 and 200),
  ms           bigint not null,
  at           timestamptz not null,
  constraint reel_bookmark_pk primary key (account_id, workspace_id, reel)
);

-- +goose Down
drop table reel_bookmark;
