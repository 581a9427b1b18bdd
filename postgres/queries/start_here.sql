-- name: PinClip :execrows
-- Up to a bound a space, and only what belongs to the space's workspace.
insert into pin (space_id, clip_id, pinned_by, pinned_at)
select space.id, clip.id, @pinned_by, @pinned_at from space join clip on clip.workspace_id = space.workspace_id and clip.deleted_at is null and clip.parent_id is null
 where space.workspace_id = @workspace_id and space.id = @space_id and clip.id = @clip_id
   and (select count(*) from pin where pin.space_id = space.id) < @most::int
on conflict do nothing;

-- name: UnpinClip :exec
delete from pin using space where space.id = pin.space_id and space.workspace_id = @workspace_id and pin.space_id = @space_id and pin.clip_id = @clip_id;

-- name: Pins :many
select pin.clip_id, pin.pinned_by, account.name, pin.pinned_at from pin join account on account.id = pin.pinned_by
 where pin.space_id = @space_id order by pin.pinned_at, pin.clip_id;

-- name: IsPinned :one
select exists (select from pin where space_id = @space_id and clip_id = @clip_id);

-- name: WatchedInSpace :many
-- What was watched of those clips of a space to which most people went back, of those that the viewer may watch.
-- An answer that is in no space counts as in its round's.
with answered as (
  select part ->> 'clip_id' as clip_id from round join occurrence on occurrence.round_id = round.id join answer on answer.occurrence_id = occurrence.id
   cross join jsonb_array_elements(answer.parts) part
   where round.workspace_id = @workspace_id and round.space_id = @space_id::text and round.deleted_at is null and part ->> 'clip_id' <> ''
), gone_back as (
  select clip.id from clip join watch on watch.clip_id = clip.id and watch.replayed <> '{}'
   where clip.workspace_id = @workspace_id and clip.deleted_at is null and clip.state = 'ready'
     and (clip.space_id = @space_id::text or clip.spaces @> array[@space_id::text] or clip.space_id is null and clip.id in (select clip_id from answered))
     and (may_watch(clip.owner_id, clip.visibility, @viewer_id::text, false) or @viewer_id::text = any(clip.people) or in_spaces(clip.spaces, @viewer_id::text))
   group by clip.id order by count(*) desc, clip.id desc limit @most::int
)
select clip.id, clip.title, clip.duration_ms, watch.watched::text as watched, watch.replayed::text as replayed
  from gone_back join clip on clip.id = gone_back.id join watch on watch.clip_id = clip.id
 where watch.watched <> '{}'
 order by watch.last_at desc limit 5000;

-- name: DecisionsOfSpace :many
-- What holds: said in a clip of the space, or in a round that belongs to it, or in place of that, wherever; and not superseded.
with recursive of_space as (
  select decision.id from decision left join clip on clip.id = decision.clip_id
    left join occurrence on occurrence.id = decision.occurrence_id left join round on round.id = occurrence.round_id
   where decision.workspace_id = @workspace_id and (clip.space_id = @space_id::text or clip.spaces @> array[@space_id::text] or round.space_id = @space_id::text)
  union
  select later.id from decision later join of_space on later.supersedes = of_space.id
)
select of_space.id from of_space where not exists (select from decision newer where newer.supersedes = of_space.id)
 order by of_space.id desc limit @most::int;
