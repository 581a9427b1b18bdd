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

-- name: LeaveSpacesOf :exec
-- Who left a workspace is in none of its spaces any more.
delete from space_member using space where space.id = space_member.space_id and space.workspace_id = @workspace_id and space_member.account_id = @account_id;

-- name: SpacePeople :many
select space_member.account_id, account.name from space_member join space on space.id = space_member.space_id
  join member on member.account_id = space_member.account_id and member.workspace_id = space.workspace_id and member.left_at is null and member.role <> 'guest'
  join account on account.id = space_member.account_id
 where space.id = @space_id and space.workspace_id = @workspace_id order by lower(account.name), account.id;

-- name: CountSpaces :one
select count(*)::int from space where workspace_id = @workspace_id and id = any(@ids::text[]);

-- name: SetClipSpaces :exec
update clip set spaces = @spaces::text[], updated_at = now() where id = @id;

-- name: UnshareSpace :exec
-- What was shared with a space that is no more, answers included.
update clip set spaces = array_remove(spaces, @space_id::text), updated_at = now() where workspace_id = @workspace_id and spaces @> array[@space_id::text];
