-- name: JoinSpace :exec
insert into space_member (space_id, account_id) values (@space_id, @account_id) on conflict do nothing;

-- name: LeaveSpace :exec
delete from space_member where space_id = @space_id and account_id = @account_id;

-- name: JoinedSpaces :many
select space_id::text from space_member where account_id = @account_id;

-- name: SpaceAudience :many
-- Who is told of what is new in a space: members who have joined it and may still see the workspace.
select space_member.account_id::text from space_member join member on member.account_id = space_member.account_id
 where space_member.space_id = @space_id and member.workspace_id = @workspace_id and member.left_at is null and member.role <> 'guest'
 order by space_member.account_id;
