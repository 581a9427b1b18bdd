-- +goose Up

-- The processes that run jobs. A node that stops saying "I am here" has its running jobs given to others.
create table node (
  id      text collate "C" not null constraint node_pk primary key,
  seen_at timestamptz not null default now()
);

-- +goose Down
drop table node;
