-- +goose Up

-- When the clip's owner was last told that this viewer goes on: not more often than every few seconds.
alter table watch add column told_at timestamptz not null default now();

-- +goose Down
alter table watch drop column told_at;
