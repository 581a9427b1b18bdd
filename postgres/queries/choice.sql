-- name: Mutes :many
-- What somebody wants to hear no more of in a workspace, the newest first, by its name where they may still see it.
select coalesce(notice_mute.space_id, '')::text as space_id, coalesce(notice_mute.round_id, '')::text as round_id, coalesce(notice_mute.clip_id, '')::text as clip_id,
       coalesce(space.name, round.name, case when notice_shown(clip.id, notice_mute.account_id, clip.workspace_id, 'clip', '') then clip.title end, '')::text as name
  from notice_mute left join space on space.id = notice_mute.space_id left join round on round.id = notice_mute.round_id left join clip on clip.id = notice_mute.clip_id
 where notice_mute.account_id = @account_id and coalesce(space.workspace_id, round.workspace_id, clip.workspace_id) = @workspace_id::text
   and round.deleted_at is null and clip.deleted_at is null
 order by notice_mute.created_at desc, notice_mute.about limit 500;

-- name: InsertMute :exec
insert into notice_mute (account_id, space_id, round_id, clip_id) values (@account_id, @space_id, @round_id, @clip_id) on conflict do nothing;

-- name: DeleteMute :exec
delete from notice_mute where account_id = @account_id and about = @about;

-- name: CancelMuted :exec
-- What waits and is about what somebody has muted.
update notice set mail_at = null, push_at = null
 where notice.account_id = @account_id and (mail_at is not null or push_at is not null)
   and notice_muted(notice.account_id, notice.kind, notice.ref, notice.clip_id);

-- name: CancelKinds :exec
-- What waits and is of kinds that somebody wants no mail, or no pushes, of.
update notice set mail_at = case when notice.kind <> all(@not_mail::text[]) then mail_at end,
                  push_at = case when notice.kind <> all(@not_push::text[]) then push_at end
 where notice.account_id = @account_id and (mail_at is not null or push_at is not null) and not notice_presses(notice.kind);

-- name: HurryMail :exec
-- What waits is mailed as its person wants it from now on; a mail that was begun goes on as it was.
update notice set mail_at = case when @hourly::bool then date_trunc('hour', now()) + interval '1 hour' else now() end
 where account_id = @account_id and mail_at is not null and mail_id is null and not notice_presses(kind);

-- name: LinkFor :one
-- Who has that address and is a member of an occurrence's round.
select account.id as account_id, round.workspace_id
  from occurrence join round on round.id = occurrence.round_id join round_member on round_member.round_id = round.id
  join account on account.id = round_member.account_id
  join member on member.account_id = account.id and member.workspace_id = round.workspace_id and member.left_at is null
 where occurrence.id = @occurrence_id and occurrence.closed_at is null and round.deleted_at is null and account.email = @email;

-- name: PutLinkNotice :exec
-- Mailed at once and not listed: its person has just asked for it. Asked for again it goes again, but not twice in two minutes.
insert into notice (id, workspace_id, account_id, kind, ref, actor, excerpt, title, path, created_at, in_inbox, mail_at, push_at, mail_until)
values (@id, @workspace_id, @account_id, 'round.link', @ref, '', @excerpt, @title, @path, @at, false, @at::timestamptz, null, @mail_until::timestamptz)
on conflict (account_id, ref) do update set created_at = excluded.created_at, mail_at = excluded.mail_at, mail_tries = 0, mail_id = null, read_at = null
 where notice.created_at < excluded.created_at - interval '2 minutes';
