-- name: InsertNudgeNotice :execrows
-- As InsertNotice, on the clock of who tells. What is urgent nobody can mute, and it is mailed at once.
insert into notice (id, workspace_id, account_id, kind, ref, actor, excerpt, title, path, created_at, in_inbox, mail_at, push_at, mail_until)
select @id, @workspace_id, member.account_id, @kind, @ref, '', @excerpt, @title, @path, @at,
       @urgent::bool or not (@kind::text = any(coalesce(choice.not_inbox, '{}'))),
       case when @urgent::bool then @at::timestamptz
            when @kind::text = any(coalesce(choice.not_mail, '{}')) then null
            when coalesce(choice.mail, 'each') = 'each' then sqlc.arg(at)::timestamptz + interval '20 seconds'
            when choice.mail = 'hourly' then date_trunc('hour', @at::timestamptz) + interval '1 hour'
            when choice.mail = 'daily' then @at::timestamptz end,
       case when @urgent::bool or not (@kind::text = any(coalesce(choice.not_push, '{}'))) then now() end,
       nullif(@mail_until::timestamptz, '0001-01-01 00:00:00Z')
  from member left join notice_choice choice on choice.account_id = member.account_id
 where member.workspace_id = @workspace_id and member.account_id = @account_id and member.left_at is null
   and (@urgent::bool or not (@kind::text = any(coalesce(choice.muted, '{}'))) and not notice_muted(member.account_id, @kind::text, @ref, null))
on conflict (account_id, ref) do nothing;

-- name: SettleNotices :many
-- What has been done needs neither mail nor a look any more. No account: of everybody.
update notice set read_at = coalesce(read_at, now()), mail_at = null
 where ref = any(@refs::text[]) and (@account_id::text = '' or account_id = @account_id::text) and (read_at is null or mail_at is not null)
returning workspace_id, account_id;

-- name: DueMail :one
-- Somebody to whom something has to be mailed, what is urgent first.
select account_id, notice_presses(kind)::bool as urgent from notice where mail_at <= @now::timestamptz
 order by not notice_presses(kind), mail_at limit 1 for update skip locked;

-- name: MailBegun :one
-- A mail that was begun and of which nobody knows whether it was sent.
select coalesce(min(mail_id), '')::text from notice
 where account_id = @account_id and mail_at <= @now::timestamptz and notice_presses(kind) = @urgent::bool;

-- name: ClaimMail :many
-- All that is to be mailed to somebody now. It comes again after a while, unless MailDone says that it was.
update notice set mail_at = sqlc.arg(now)::timestamptz + interval '5 minutes' * least(mail_tries + 1, 12), mail_tries = mail_tries + 1, mail_id = @mail_id::text
  from account
 where notice.account_id = @account_id and notice.mail_at <= @now::timestamptz and account.id = notice.account_id
   and notice_presses(notice.kind) = @urgent::bool and notice.mail_id is not distinct from nullif(@begun::text, '')
returning sqlc.embed(notice), coalesce((select clip.title from clip where clip.id = notice.clip_id), '')::text as title, account.name as person, account.email;

-- name: DelayMail :exec
-- What is urgent waits for nobody. Outside somebody's working hours only rounds and asks wait, in their quiet hours everything.
update notice set mail_at = @until::timestamptz
 where account_id = @account_id and mail_at <= @now::timestamptz and created_at >= @since::timestamptz and not notice_presses(kind)
   and (@all_kinds::bool or kind like 'round.%' or kind like 'ask.%');

-- name: DelayToDigest :exec
-- What came since the last mail of a day waits for the next, but for what would be over by then. What a mail was begun with stays in that.
update notice set mail_at = @until::timestamptz
 where account_id = @account_id and mail_at <= @now::timestamptz and created_at >= @since::timestamptz and not notice_presses(kind)
   and (mail_until is null or mail_until > @until::timestamptz);

-- name: GiveUpMail :exec
-- What would be of no use any more, what nobody has taken in sixty tries (two days and a half), and what has been due for a week.
update notice set mail_at = null
 where mail_at is not null and (mail_tries >= 60 or mail_at < sqlc.arg(now)::timestamptz - interval '7 days'
       or created_at < sqlc.arg(now)::timestamptz - interval '90 days' or mail_until <= @now::timestamptz);

-- name: InsertAnswerLink :exec
insert into answer_link (token_hash, occurrence_id, account_id, created_at, expires_at) values (@token_hash, @occurrence_id, @account_id, @at, @expires_at);

-- name: AnswerLink :one
select answer_link.occurrence_id, answer_link.account_id, answer_link.expires_at, answer_link.salt, round.id as round_id, round.workspace_id,
       round.name as round_name, workspace.name as workspace_name, account.name as person_name,
       (answer_link.used_at is null and answer_link.expires_at > now() and occurrence.closed_at is null and round.deleted_at is null
        and exists (select from round_member join member on member.account_id = round_member.account_id and member.workspace_id = round.workspace_id and member.left_at is null
                     where round_member.round_id = round.id and round_member.account_id = answer_link.account_id))::bool as good
  from answer_link join occurrence on occurrence.id = answer_link.occurrence_id join round on round.id = occurrence.round_id
  join workspace on workspace.id = round.workspace_id join account on account.id = answer_link.account_id
 where answer_link.token_hash = @token_hash;

-- name: UseAnswerLinks :exec
update answer_link set used_at = coalesce(used_at, @at::timestamptz) where occurrence_id = @occurrence_id and account_id = @account_id;

-- name: EndAnswerLinks :exec
-- Those of a person, in all workspaces or one: who may have read their mail is out, too.
update answer_link set used_at = coalesce(used_at, now())
  from occurrence join round on round.id = occurrence.round_id
 where answer_link.account_id = @account_id and occurrence.id = answer_link.occurrence_id
   and (@workspace_id::text = '' or round.workspace_id = @workspace_id::text);

-- name: PutAnswerSignIn :execrows
-- One for each link: who opens it again, in whatever browser, has the same. The link is held, so that who ends it ends this, too.
insert into sign_in (id, token_hash, account_id, workspace_id, user_agent, address, expires_at, occurrence_id, link_hash)
select @id, @token_hash, member.account_id, member.workspace_id, @user_agent, @address, @expires_at, @occurrence_id::text, answer_link.token_hash
  from member join round_member on round_member.account_id = member.account_id
  join occurrence on occurrence.round_id = round_member.round_id and occurrence.id = @occurrence_id::text
  join answer_link on answer_link.token_hash = @link_hash::bytea and answer_link.account_id = member.account_id and answer_link.used_at is null
   and answer_link.expires_at > now()
 where member.workspace_id = @workspace_id and member.account_id = @account_id and member.left_at is null
   for update of answer_link
on conflict (token_hash) do update set last_seen_at = now(), user_agent = excluded.user_agent, address = excluded.address;

-- name: PruneAnswerLinks :exec
delete from answer_link where expires_at < now() - interval '30 days';
