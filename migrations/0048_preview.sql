-- +goose Up

-- A few seconds of the clip that move, for mails, link cards and lists.
alter table clip add column preview_key text not null default '';

-- +goose Down
alter table clip drop column preview_key;
