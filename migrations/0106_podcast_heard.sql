-- +goose Up

-- What a feed holds is planned anew only when something changed: the latest of these tells.
alter table heard add column noted_at timestamptz not null default now();
create index sound_by_age on sound (made_at desc);

-- +goose Down
drop index sound_by_age;
alter table heard drop column noted_at;
