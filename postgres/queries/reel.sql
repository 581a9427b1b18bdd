-- name: WatchedOf :many
-- What somebody has played of these clips, wherever they played it.
select clip_id, watched::text as watched from watch where viewer = @viewer and clip_id = any(@clips::text[]) and watched <> '{}';

-- name: ReadPieces :many
select ref from read_piece where account_id = @account_id and ref = any(@refs::text[]);

-- name: AddReadPieces :exec
insert into read_piece (account_id, ref) select @account_id, unnest(@refs::text[]) on conflict do nothing;

-- name: SweepReadPieces :exec
-- Reels go back two weeks, and an ask that has been open for a quarter was read long ago.
delete from read_piece where account_id = @account_id and read_at < now() - interval '90 days';
