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
