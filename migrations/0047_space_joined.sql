-- +goose Up

-- Whose space it is: who has joined is told of new clips in it.
create table space_member (
  space_id   text collate "C" not null constraint space_member_space_fk references space on delete cascade,
  account_id text collate "C" not null constraint space_member_account_fk references account on delete cascade,
  joined_at  timestamptz not null default now(),
  constraint space_member_pk primary key (space_id, account_id)
);
create index space_member_by_account on space_member (account_id);
-- Which kinds there are the program says: they grow with it.
alter table notice drop constraint if exists notice_kind_known;

-- +goose Down
drop table space_member;
