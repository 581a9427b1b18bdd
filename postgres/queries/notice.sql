-- name: InsertNotice :execrows
-- Who wants to hear nothing of this kind, or of what it is about, is told nothing; who was told of the event is not told again. Daily mail
-- waits for its time when it is looked for.
insert into notice (id, workspace_id, account_id, kind, ref, clip_id, actor, excerpt, at_ms, in_inbox, mail_at, push_at)
select @id, @workspace_id, member.account_id, @kind, @ref, @clip_id, @actor, @excerpt, @at_ms, not (@kind::text = any(coalesce(choice.not_inbox, '{}'))),
       case when @kind::text = any(coalesce(choice.not_mail, '{}')) then null
            when coalesce(choice.mail, 'each') = 'each' then now() + interval '20 seconds'
            when choice.mail = 'hourly' then date_trunc('hour', now()) + interval '1 hour'
            when choice.mail = 'daily' then now() end,
       case when not (@kind::text = any(coalesce(choice.not_push, '{}'))) then now() end
  from member left join notice_choice choice on choice.account_id = member.account_id
 where member.workspace_id = @workspace_id and member.account_id = @account_id and member.left_at is null
   and not (@kind::text = any(coalesce(choice.muted, '{}'))) and not notice_muted(member.account_id, @kind::text, @ref, @clip_id)
on conflict (account_id, ref) do nothing;

-- name: ThreadAuthors :many
-- Who takes part in a thread.
select distinct author_id::text as account_id from comment
 where clip_id = @clip_id and (comment.id = @root::text or parent_id = @root::text) and author_id is not null and deleted_at is null;

-- name: Notices :many
select sqlc.embed(notice), coalesce(clip.title, '')::text as title, clip.cuts, coalesce(clip.duration_ms, 0)::bigint as duration_ms from notice left join clip on clip.id = notice.clip_id
 where notice.workspace_id = @workspace_id and notice.account_id = @account_id and notice.in_inbox
   and notice_shown(notice.clip_id, notice.account_id, notice.workspace_id, notice.kind, notice.ref)
   and (@before::text = '' or notice.id < @before::text)
 order by notice.id desc limit @page_size::int;

-- name: UnreadNotices :one
select count(*)::int from notice
 where notice.workspace_id = @workspace_id and notice.account_id = @account_id and read_at is null and notice.in_inbox
   and notice_shown(notice.clip_id, notice.account_id, notice.workspace_id, notice.kind, notice.ref);

-- name: ReadNotices :exec
-- What was read needs no mail any more. No ids: all of them.
update notice set read_at = coalesce(read_at, now()), mail_at = null
 where workspace_id = @workspace_id and account_id = @account_id and in_inbox and (cardinality(@ids::text[]) = 0 or id = any(@ids::text[]));

-- name: NoticeChoice :one
select mail, digest_at, muted, not_inbox, not_mail, not_push, unsubscribe from notice_choice where account_id = @account_id;

-- name: PutNoticeChoice :exec
insert into notice_choice (account_id, mail, digest_at, muted, not_inbox, not_mail, not_push, unsubscribe)
values (@account_id, @mail, @digest_at, @muted, @not_inbox, @not_mail, @not_push, @unsubscribe)
on conflict (account_id) do update set mail = excluded.mail, digest_at = excluded.digest_at, muted = excluded.muted, not_inbox = excluded.not_inbox,
  not_mail = excluded.not_mail, not_push = excluded.not_push;

-- name: CancelMail :exec
update notice set mail_at = null where account_id = @account_id;

-- name: CancelNoticesOf :exec
-- What somebody was to be told in a workspace that they have left.
update notice set mail_at = null, push_at = null
 where workspace_id = @workspace_id and account_id = @account_id and (mail_at is not null or push_at is not null);

-- name: EndMail :one
update notice_choice set mail = 'never' where unsubscribe = @unsubscribe returning account_id;

-- name: MailDone :exec
update notice set mail_at = null where id = any(@ids::text[]);

-- name: DropUnshown :exec
-- What somebody may not see any more is neither mailed nor pushed.
update notice set mail_at = null, push_at = null
 where notice.account_id = @account_id and (mail_at is not null or push_at is not null)
   and not notice_shown(notice.clip_id, notice.account_id, notice.workspace_id, notice.kind, notice.ref);

-- name: PruneNotices :exec
delete from notice where created_at < now() - interval '180 days';
