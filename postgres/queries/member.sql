-- name: InsertMember :execrows
-- Who left comes back with a new role; a member is left alone (0 rows).
insert into member (workspace_id, account_id, role) values (@workspace_id, @account_id, @role)
on conflict (workspace_id, account_id) do update set role = excluded.role, joined_at = now(), left_at = null
 where member.left_at is not null;

-- name: Members :many
select member.workspace_id, member.role, member.joined_at, sqlc.embed(account),
       array(select space_member.space_id from space_member where space_member.account_id = account.id)::text[] as spaces
  from member join account on account.id = member.account_id
 where member.workspace_id = @workspace_id and member.left_at is null
 order by lower(account.name), account.id;

-- name: Memberships :many
select member.workspace_id, member.role, member.joined_at, sqlc.embed(account)
  from member join account on account.id = member.account_id
 where member.account_id = @account_id and member.left_at is null
 order by member.joined_at desc, member.workspace_id desc;

-- name: Member :one
select member.workspace_id, member.role, member.joined_at, sqlc.embed(account),
       array(select space_member.space_id from space_member where space_member.account_id = account.id)::text[] as spaces
  from member join account on account.id = member.account_id
 where member.workspace_id = @workspace_id and member.account_id = @account_id and member.left_at is null;

-- name: SetMemberRole :execrows
update member set role = @role where workspace_id = @workspace_id and account_id = @account_id and left_at is null;

-- name: OtherOwners :one
select count(*) from member
 where workspace_id = @workspace_id and account_id <> @account_id and role = 'owner' and left_at is null;

-- name: MarkMemberLeft :execrows
update member set left_at = now() where workspace_id = @workspace_id and account_id = @account_id and left_at is null;
