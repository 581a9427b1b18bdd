-- +goose Up

-- The words of the speech that goes on, which what is settled replaces: [{"start_ms":…,"end_ms":…,"text":…,"words":[…]}].
alter table transcript add column draft jsonb not null default '[]';

-- +goose Down
alter table transcript drop column draft;
