-- +goose Up

-- To which clips people went back, without looking at everything that everybody watched.
create index watch_replayed on watch (clip_id) where replayed <> '{}';

-- +goose Down
drop index watch_replayed;
