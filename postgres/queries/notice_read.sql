-- name: ReadThread :execrows
-- What somebody was told of the thread that a comment is in: they see all of it. What was read needs no mail any more.
update notice set read_at = now(), mail_at = null
 where notice.workspace_id = @workspace_id and notice.account_id = @account_id and notice.read_at is null and notice.kind in ('mention', 'reply', 'comment')
   and notice.ref in (select told.id from comment seen join comment told on told.clip_id = seen.clip_id
                       and coalesce(told.parent_id, told.id) = coalesce(seen.parent_id, seen.id) where seen.id = @comment_id::text);

-- name: ReadClip :execrows
-- That a clip can be watched is news no more to who plays it.
update notice set read_at = now(), mail_at = null
 where workspace_id = @workspace_id and account_id = @account_id and read_at is null and kind = 'clip' and ref = @clip_id::text;
