-- name: InsertShare :exec
insert into share (id, clip_id, secret_hash, created_by, name, password_hash, email_domain, expires_at, max_views, comments, downloads)
values (@id, @clip_id, @secret_hash, @created_by, @name, @password_hash, @email_domain, @expires_at, @max_views, @comments, @downloads);

-- name: Shares :many
select sqlc.embed(share) from share where clip_id = @clip_id and revoked_at is null order by id desc limit 200;

-- name: Share :one
select sqlc.embed(share) from share where clip_id = @clip_id and id = @id and revoked_at is null;

-- name: ShareBySecret :one
select sqlc.embed(share) from share join clip on clip.id = share.clip_id where secret_hash = @secret_hash and clip.deleted_at is null;

-- name: LockShare :one
select sqlc.embed(share) from share where id = @id for update;

-- name: CountShares :one
select count(*) from share where clip_id = @clip_id and revoked_at is null;

-- name: UpdateShare :exec
update share set name = @name, password_hash = @password_hash, email_domain = @email_domain, expires_at = @expires_at,
       max_views = @max_views, comments = @comments, downloads = @downloads
 where id = @id;

-- name: RevokeShare :execrows
update share set revoked_at = now() where clip_id = @clip_id and id = @id and revoked_at is null;

-- name: ForgetPasses :exec
delete from share_pass where share_id = @share_id;

-- name: InsertPass :execrows
insert into share_pass (share_id, guest_id) values (@share_id, @guest_id) on conflict do nothing;

-- name: CountView :exec
update share set views = views + 1 where id = @id;

-- name: InsertGuest :exec
insert into guest (id, token_hash, name) values (@id, @token_hash, @name);

-- name: GuestByToken :one
select id, name, array(select guest_removal.clip_id from guest_removal where guest_removal.guest_id = guest.id)::text[] as removed from guest where token_hash = @token_hash;

-- name: RenameGuest :exec
update guest set name = @name, last_seen_at = now() where id = @id;

-- name: Passes :many
-- Of the links that a browser has opened those that hold now. A password that was set later does not shut out who is in.
select share.clip_id, share.id, share.comments, share.downloads
  from share_pass join share on share.id = share_pass.share_id
 where share_pass.guest_id = @guest_id and share.revoked_at is null and (share.expires_at is null or share.expires_at > now())
 order by share_pass.opened_at desc limit 500;

-- name: SetPeople :exec
update clip set people = @people::text[], updated_at = now() where id = @id;

-- name: MembersAmong :many
select member.account_id, account.name from member join account on account.id = member.account_id
 where member.workspace_id = @workspace_id and member.left_at is null and member.account_id = any(@accounts::text[]) order by lower(account.name);

-- name: InsertAccessRequest :exec
insert into access_request (id, clip_id, share_id, account_id, name, message, email)
values (@id, @clip_id, @share_id, @account_id, @name, @message, @email);

-- name: OpenRequests :many
select sqlc.embed(access_request) from access_request where clip_id = @clip_id and answered_at is null order by id desc limit 100;

-- name: CountOpenRequests :one
select count(*) from access_request where clip_id = @clip_id and answered_at is null;

-- name: CountStrangeRequests :one
select count(*) from access_request where clip_id = @clip_id and answered_at is null and email <> '';

-- name: AccessRequest :one
select sqlc.embed(access_request) from access_request where clip_id = @clip_id and id = @id and answered_at is null;

-- name: SameRequest :one
select exists (select from access_request where clip_id = @clip_id and answered_at is null and (account_id = @account_id::text or @account_id::text = '' and email <> '' and email = @email::text));

-- name: AnswerRequest :one
update access_request set answered_at = now(), granted = @granted where clip_id = @clip_id and id = @id and answered_at is null
returning share_id, account_id;

-- name: ExtendShare :exec
update share set expires_at = greatest(expires_at, now()) + make_interval(days => @days::int) where id = @id and expires_at is not null;
