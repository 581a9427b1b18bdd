-- name: InsertToken :execrows
insert into api_token (id, token_hash, account_id, workspace_id, name)
select @id, @token_hash, member.account_id, member.workspace_id, @name
  from member where member.workspace_id = @workspace_id and member.account_id = @account_id and member.left_at is null;

-- name: TokenByHash :one
select api_token.id, api_token.workspace_id, api_token.name as token_name, api_token.created_at as token_created_at,
       api_token.last_used_at, (api_token.last_used_at is null or api_token.last_used_at < now() - interval '1 minute')::bool as used_long_ago, member.role, member.joined_at, sqlc.embed(account),
       array(select space_member.space_id from space_member where space_member.account_id = account.id)::text[] as spaces
  from api_token
  join member on member.workspace_id = api_token.workspace_id and member.account_id = api_token.account_id and member.left_at is null
  join account on account.id = api_token.account_id
 where api_token.token_hash = @token_hash and api_token.revoked_at is null;

-- name: TouchToken :exec
update api_token set last_used_at = now() where id = @id;

-- name: Tokens :many
select id, account_id, workspace_id, name, created_at, last_used_at
  from api_token where account_id = @account_id and revoked_at is null order by id desc;

-- name: RevokeToken :execrows
update api_token set revoked_at = now() where id = @id and account_id = @account_id and revoked_at is null;

-- name: RevokeMemberTokens :exec
update api_token set revoked_at = now() where workspace_id = @workspace_id and account_id = @account_id and revoked_at is null;
