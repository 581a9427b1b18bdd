-- +goose Up

-- The message is in the space of a round; the clip that it speaks of is in none.
alter table post add column of_round bool not null default false;

-- +goose Down
alter table post drop column of_round;
