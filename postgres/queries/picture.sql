-- name: PictureKey :one
select object_key from account_picture where account_id = @account_id for update;

-- name: PutPicture :exec
insert into account_picture (account_id, object_key, bytes) values (@account_id, @object_key, @bytes)
on conflict (account_id) do update set object_key = excluded.object_key, bytes = excluded.bytes, updated_at = now();

-- name: DeletePicture :one
delete from account_picture where account_id = @account_id returning object_key;

-- name: WorkspacePictures :many
-- Of those who left, too: what they said stays.
select account_picture.account_id, account_picture.object_key, account_picture.bytes
  from account_picture join member on member.account_id = account_picture.account_id
 where member.workspace_id = @workspace_id and (@wanted::text = '' or account_picture.account_id = @wanted::text)
 order by account_picture.account_id;

-- name: ClipPictures :many
-- Of the clip's owner and of those who say something about it to everybody.
select account_picture.account_id, account_picture.object_key, account_picture.bytes from account_picture
 where (@wanted::text = '' or account_picture.account_id = @wanted::text)
   and (account_picture.account_id = (select clip.owner_id from clip where clip.id = @clip_id)
    or exists (select from comment where comment.clip_id = @clip_id and comment.author_id = account_picture.account_id
                  and comment.deleted_at is null and comment.private_to is null))
 order by account_picture.account_id;
