-- +goose Up

-- The written pieces of reels that somebody has read: asks, decisions, blockers, answers in words. They are found again by the words that name
-- them in the API, whatever they are of, so nothing is referred to; a row outlives its piece by as long as it takes to be swept.
create table read_piece (
  account_id text collate "C" not null constraint read_piece_account_fk references account on delete cascade,
  ref        text collate "C" not null constraint read_piece_ref_ck check (length(ref) between 1 and 120),
  read_at    timestamptz not null default now(),
  constraint read_piece_pk primary key (account_id, ref)
);

-- +goose Down
drop table read_piece;
