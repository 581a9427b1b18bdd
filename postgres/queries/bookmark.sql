-- name: ReelBookmark :one
select piece, ms, at from reel_bookmark where account_id = @account_id and workspace_id = @workspace_id and reel = @reel and at > now() - interval '30 days';

-- name: PutReelBookmark :exec
insert into reel_bookmark (account_id, workspace_id, reel, piece, ms, at) values (@account_id, @workspace_id, @reel, @piece, @ms, @at)
on conflict (account_id, workspace_id, reel) do update set piece = excluded.piece, ms = excluded.ms, at = excluded.at;

-- name: SweepReelBookmarks :exec
-- The one that is taken away, and those that say nothing any more.
delete from reel_bookmark where account_id = @account_id and (workspace_id = @workspace_id and reel = @reel or at < now() - interval '30 days');
