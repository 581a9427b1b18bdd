-- +goose Up

-- Which stretches of its clip a sound holds, by a name that changes with them; empty: it is whole, and will be made again without silences.
alter table sound add column holds text not null default '';

-- +goose Down
alter table sound drop column holds;
