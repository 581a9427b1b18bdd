-- name: InsertClip :exec
insert into clip (id, workspace_id, owner_id, space_id, kind, title, description, visibility, parent_id, host_id, link_for)
values (@id, @workspace_id, @owner_id, @space_id, @kind, @title, @description, @visibility, @parent_id, @host_id, @link_for);

-- name: Clip :one
select sqlc.embed(clip) from clip where id = @id and deleted_at is null;

-- name: ClipRights :one
select id, workspace_id, owner_id, visibility, parent_id, host_id, people, spaces from clip where id = @id;

-- name: LockClip :one
-- Every change of a clip or of what belongs to it takes this lock first, so that no two wait for each other.
select sqlc.embed(clip) from clip where id = @id and deleted_at is null for no key update;

-- name: ClipView :one
select sqlc.embed(clip), account.name as owner_name, coalesce(space.name, '') as space_name,
       (select count(*) from comment where comment.clip_id = clip.id and comment.deleted_at is null and comment.private_to is null) as comment_count,
       exists (select from segment where segment.clip_id = clip.id) as playable
  from clip join account on account.id = clip.owner_id left join space on space.id = clip.space_id
 where clip.id = @id and clip.deleted_at is null;

-- name: ClipViews :many
select sqlc.embed(clip), account.name as owner_name, coalesce(space.name, '') as space_name,
       (select count(*) from comment where comment.clip_id = clip.id and comment.deleted_at is null and comment.private_to is null) as comment_count,
       exists (select from segment where segment.clip_id = clip.id) as playable
  from clip join account on account.id = clip.owner_id left join space on space.id = clip.space_id
 where clip.workspace_id = @workspace_id and clip.deleted_at is null and clip.parent_id is null
   and (may_watch(clip.owner_id, clip.visibility, @viewer_id::text, @guest::bool) or @viewer_id::text = any(clip.people)
        or not @guest::bool and clip.spaces && array(select space_member.space_id from space_member where space_member.account_id = @viewer_id::text))
   and (@before::text = '' or clip.id < @before::text)
   and (@by_owner::text = '' or clip.owner_id = @by_owner::text)
   and (@in_space::text = '' or clip.space_id = @in_space::text or clip.spaces @> array[@in_space::text])
   and (@with_tag::text = '' or exists (select from clip_tag where clip_tag.clip_id = clip.id and clip_tag.tag = @with_tag::text))
   and (@pinned_in::text = '' or exists (select from pin where pin.clip_id = clip.id and pin.space_id = @pinned_in::text))
 order by clip.id desc limit @page_size::int;

-- name: UpdateClip :exec
-- Another title than that which was made is somebody's own.
update clip set title = @title, made_title = case when title = @title then made_title else '' end, description = @description, visibility = @visibility, space_id = @space_id,
       guest_comments = @guest_comments, downloads = @downloads, updated_at = now()
 where id = @id;

-- name: SetMadeTitle :exec
update clip set made_title = @made_title where id = @id;

-- name: SetClipState :exec
update clip set state = @state, failure_reason = @failure_reason, updated_at = now(),
       ready_at = case when @state = 'ready' then coalesce(ready_at, now()) else ready_at end
 where id = @id;

-- name: SetClipMedia :exec
update clip set duration_ms = @duration_ms, size_bytes = @size_bytes, width = @width, height = @height,
       has_video = @has_video, has_audio = @has_audio, updated_at = now()
 where id = @id;

-- name: SetClipPictures :exec
update clip set poster_key = @poster_key, preview_key = @preview_key, storyboard_key = @storyboard_key, peaks_key = @peaks_key, updated_at = now() where id = @id;

-- name: PutStoryboard :exec
insert into storyboard (clip_id, vtt) values (@clip_id, @vtt) on conflict (clip_id) do update set vtt = excluded.vtt;

-- name: Storyboard :one
select coalesce(storyboard.vtt, '') as vtt
  from clip left join storyboard on storyboard.clip_id = clip.id
 where clip.id = @id and clip.deleted_at is null;

-- name: SetTranscriptState :exec
update clip set transcript_state = @state, transcript_progress = @progress, transcript_reason = @reason, updated_at = now() where id = @id;

-- name: ExpectTranscript :exec
-- One that is being made goes on.
update clip set transcript_state = 'pending', transcript_reason = '', updated_at = now()
 where id = @id and transcript_state in ('done', 'no_speech', 'failed');

-- name: SetChaptersEdited :exec
update clip set chapters_edited = @edited, updated_at = now() where id = @id;

-- name: MarkClipDeleted :exec
update clip set deleted_at = now(), updated_at = now() where id = @id;

-- name: ClipObjects :one
select workspace_id, (array_remove(array[poster_key, preview_key, storyboard_key, peaks_key, cut_poster_key], '') || array(
         select object_key from init_segment where init_segment.clip_id = clip.id
         union all select object_key from segment where segment.clip_id = clip.id
         union all select object_key from sound where sound.clip_id = clip.id
         union all select object_key from attachment where attachment.clip_id = clip.id))::text[] as object_keys,
       coalesce((select source_parts from recording where recording.clip_id = clip.id), 0)::int as source_parts,
       coalesce((select source_runs from recording where recording.clip_id = clip.id), '[]')::jsonb as source_runs,
       -- All of the source is stored and nothing is being done with it.
       (deleted_at is null and state in ('ready', 'failed')
         and exists (select from recording where recording.clip_id = clip.id and end_reason in ('finished', 'cancelled'))
         and not exists (select from work where work.clip_id = clip.id and work.state not in ('done', 'failed')))::bool as settled
  from clip where clip.id = @id;

-- name: ClipIDs :many
-- Those that are not deleted, for a walk over all.
select id, workspace_id from clip where deleted_at is null and id > @after order by id limit @page_size::int;

-- name: WaitingClips :many
-- What a job has to be there for: it is enqueued together with the state, and lives as long as that.
select id, (deleted_at is not null)::bool as deleted from clip where state = 'processing' or deleted_at is not null;

-- name: PurgeClip :exec
-- What it took to record an answer stays in the ledger.
with gone as (
  delete from clip where clip.id = @id and clip.deleted_at is not null returning clip.id, clip.workspace_id, clip.created_at, clip.duration_ms
)
insert into recorded_time (workspace_id, clip_id, on_day, ms)
select gone.workspace_id, gone.id, (gone.created_at at time zone 'UTC')::date, gone.duration_ms from gone
 where gone.duration_ms > 0 and exists (select from answer where answer.parts @> jsonb_build_array(jsonb_build_object('clip_id', gone.id)))
on conflict do nothing;
