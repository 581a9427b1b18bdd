-- +goose Up

-- When the written record was sent: at the close, or as soon as the words of answers that had just been recorded were there.
alter table occurrence add column recorded_at timestamptz;
update occurrence set recorded_at = closed_at where closed_at is not null;

-- +goose Down
alter table occurrence drop column recorded_at;
