-- +goose Up
-- Which nodes stored a recording's source parts: [{"from": 0, "attempt": "0"}, …]. The attempt is part of the objects' keys, so that
-- a node that another has taken over from never replaces what the other stored. Without a run the key has no attempt.
alter table recording add column source_runs jsonb not null default '[]';

-- +goose Down
alter table recording drop column source_runs;
