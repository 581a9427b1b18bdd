-- +goose Up

-- Spans of speech that could not be written down: [{"start_ms":…,"end_ms":…}].
alter table transcript add column lost jsonb not null default '[]';

-- +goose Down
alter table transcript drop column lost;
