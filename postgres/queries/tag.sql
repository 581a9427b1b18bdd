-- name: Tags :many
select clip_id, tag from clip_tag where clip_id = any(@clips::text[]) order by clip_id, tag;

-- name: KeepTags :exec
delete from clip_tag where clip_id = @clip_id and not (tag = any(@tags::text[]));

-- name: AddTags :exec
insert into clip_tag (clip_id, tag) select @clip_id, unnest(@tags::text[]) on conflict do nothing;

-- name: TagsOfWorkspace :many
-- Only of clips that the viewer may watch: a tag alone may say too much.
select clip_tag.tag, count(*)::int as clips
  from clip_tag join clip on clip.id = clip_tag.clip_id
 where clip.workspace_id = @workspace_id and clip.deleted_at is null
   and (may_watch(clip.owner_id, clip.visibility, @viewer_id::text, @guest::bool) or @viewer_id::text = any(clip.people)
        or not @guest::bool and clip.spaces && array(select space_member.space_id from space_member where space_member.account_id = @viewer_id::text))
 group by clip_tag.tag order by 2 desc, 1 limit 500;
