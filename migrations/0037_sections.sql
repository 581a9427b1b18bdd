-- +goose Up

-- Which answer a clip is part of: its sections become the clip's chapters.
create index answer_by_part on answer using gin (parts jsonb_path_ops);

-- +goose Down
drop index answer_by_part;
