-- name: InsertSignIn :execrows
insert into sign_in (id, token_hash, account_id, workspace_id, user_agent, address, expires_at)
select @id, @token_hash, member.account_id, member.workspace_id, @user_agent, @address, @expires_at
  from member where member.workspace_id = @workspace_id and member.account_id = @account_id and member.left_at is null;

-- name: SignInByToken :one
select sign_in.id, sign_in.workspace_id, sign_in.user_agent, sign_in.address, sign_in.created_at, sign_in.last_seen_at,
       sign_in.expires_at, sign_in.occurrence_id, member.role, member.joined_at, sqlc.embed(account),
       array(select space_member.space_id from space_member where space_member.account_id = account.id)::text[] as spaces
  from sign_in
  join member on member.workspace_id = sign_in.workspace_id and member.account_id = sign_in.account_id and member.left_at is null
  join account on account.id = sign_in.account_id
 where sign_in.token_hash = @token_hash and sign_in.expires_at > now();

-- name: TouchSignIn :exec
update sign_in set last_seen_at = greatest(last_seen_at, @seen), expires_at = @expires_at where id = @id;

-- name: SignIns :many
select id, account_id, workspace_id, user_agent, address, created_at, last_seen_at, expires_at, occurrence_id
  from sign_in where account_id = @account_id and expires_at > now() order by created_at desc, id desc;

-- name: DeleteSignIn :one
-- The link that it came by opens nothing any more.
-- That is ended first, as by all who end or open one: so none waits for the other for ever.
with ended as (
  update answer_link set used_at = coalesce(used_at, now())
   where token_hash in (select sign_in.link_hash from sign_in where sign_in.id = @id and sign_in.account_id = @account_id)
  returning token_hash
), gone as (
  delete from sign_in where sign_in.id = @id and sign_in.account_id = @account_id and (select count(*) from ended) >= 0 returning sign_in.id
)
select count(*) from gone;

-- name: DeleteOtherSignIns :exec
delete from sign_in where account_id = @account_id and id <> @keep;

-- name: DeleteMemberSignIns :exec
delete from sign_in where workspace_id = @workspace_id and account_id = @account_id;

-- name: DeleteExpiredSignIns :exec
delete from sign_in where expires_at <= now();
