-- name: GuestsOf :many
-- The guests who came to a clip by links or have written on it, or on the answers to it, the last to come first. A private note is read by its owner alone.
with came as (
  select share_pass.guest_id, min(share_pass.opened_at) as at, string_agg(distinct nullif(share.name, ''), ', ') as links
    from share_pass join share on share.id = share_pass.share_id where share.clip_id = @clip_id group by share_pass.guest_id
), wrote as (
  select comment.guest_id, min(comment.created_at) as at, count(*) filter (where comment.deleted_at is null) as comments
    from comment join clip on clip.id = comment.clip_id
   where (clip.id = @clip_id or clip.parent_id = @clip_id::text) and comment.guest_id is not null group by comment.guest_id
), all_of_them as (
  select coalesce(came.guest_id, wrote.guest_id) as id, least(came.at, wrote.at)::timestamptz as at, coalesce(came.links, '')::text as links, coalesce(wrote.comments, 0)::int as comments
    from came full join wrote on wrote.guest_id = came.guest_id
)
select guest.id, guest.name, all_of_them.at, all_of_them.links, all_of_them.comments, guest_removal.removed_at,
       coalesce((select left(comment.body, 200) from comment
                  where comment.clip_id = @clip_id and comment.guest_id = guest.id and comment.deleted_at is null
                    and (comment.private_to is null or comment.private_to = @viewer_id::text)
                  order by comment.id desc limit 1), '')::text as said
  from all_of_them join guest on guest.id = all_of_them.id
  left join guest_removal on guest_removal.clip_id = @clip_id and guest_removal.guest_id = guest.id
 order by all_of_them.at desc, guest.id desc limit 500;

-- name: CameTo :one
-- Whether somebody has come to a clip as a guest, or written on it.
select (exists (select from share_pass join share on share.id = share_pass.share_id where share.clip_id = @clip_id and share_pass.guest_id = @guest_id)
        or exists (select from comment join clip on clip.id = comment.clip_id where (clip.id = @clip_id or clip.parent_id = @clip_id::text) and comment.guest_id = @guest_id::text)
        or exists (select from reaction where reaction.clip_id = @clip_id and reaction.guest_id = @guest_id::text))::bool;

-- name: InsertGuestRemoval :exec
insert into guest_removal (clip_id, guest_id, removed_by) values (@clip_id, @guest_id, @removed_by) on conflict do nothing;

-- name: GuestRemoved :one
select exists (select from guest_removal where clip_id = @clip_id and guest_id = @guest_id);

-- name: ForgetPassesOf :exec
delete from share_pass using share where share.id = share_pass.share_id and share.clip_id = @clip_id and share_pass.guest_id = @guest_id;

-- name: CommentsOfGuest :many
select comment.clip_id, comment.id from comment join clip on clip.id = comment.clip_id
 where (clip.id = @clip_id or clip.parent_id = @clip_id::text) and clip.deleted_at is null and comment.guest_id = @guest_id::text and comment.deleted_at is null
 order by comment.clip_id, comment.id;

-- name: TakeReactionsOfGuest :exec
delete from reaction using clip where clip.id = reaction.clip_id and (clip.id = @clip_id or clip.parent_id = @clip_id::text) and reaction.guest_id = @guest_id::text;
