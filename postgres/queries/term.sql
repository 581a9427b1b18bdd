-- name: Terms :many
select spelling, heard from term where workspace_id = @workspace_id order by no;

-- name: DeleteTerms :exec
delete from term where workspace_id = @workspace_id;

-- name: InsertTerm :batchexec
insert into term (workspace_id, spelling, no, heard) values (@workspace_id, @spelling, @no, @heard);

-- name: WordsLike :many
-- Words that were said in the workspace and look like one of some.
select word from vocabulary where workspace_id = @workspace_id and word % any(@words::text[]) order by n desc limit 500;

-- name: CuesWith :many
-- Lines in which one of the phrases stands, in clips whose words the viewer may correct: domain.ActionCorrect. Of a clip that is edited
-- only its owner sees whole lines.
with q as materialized (
  select coalesce(string_agg('(' || ts::text || ')', '|'), '')::tsquery as ts
    from (select phraseto_tsquery('baton_en', baton_plain(p)) as ts from unnest(@phrases::text[]) p) x where numnode(ts) > 0
), hit as materialized (
  select passage.clip_id, case when passage.source = 'speech' then passage.ref::int end as first_cue
    from q, passage where passage.workspace_id = @workspace_id::text and passage.tsv @@ q.ts and passage.source = 'speech'
)
select distinct cue.clip_id, cue.no, cue.start_ms, cue.end_ms, cue.body, clip.title
  from hit
  join clip on clip.id = hit.clip_id
  join cue on cue.clip_id = hit.clip_id and cue.no between hit.first_cue and hit.first_cue + 4
 where clip.workspace_id = @workspace_id::text and clip.deleted_at is null and not cue.edited
   and (clip.owner_id = @viewer_id::text or @admin::bool and clip.visibility <> 'private' and clip.cuts = '[]')
 order by cue.clip_id desc, cue.no limit @most::int;

-- name: CorrectCue :execrows
update cue set body = @body, words = @words where clip_id = @clip_id and no = @no and not edited;

-- name: InsertFix :exec
insert into fix (id, workspace_id, author_id, terms) values (@id, @workspace_id, @author_id, @terms);

-- name: KeepFixedCue :exec
insert into fix_cue (fix_id, clip_id, no, start_ms, before, words, after) values (@fix_id, @clip_id, @no, @start_ms, @before, @words, @after);

-- name: Fixes :many
select fix.id, fix.author_id, fix.terms, fix.created_at, fix.undone_at,
       (select count(*) from fix_cue where fix_cue.fix_id = fix.id)::int as cues,
       (select count(distinct clip_id) from fix_cue where fix_cue.fix_id = fix.id)::int as clips
  from fix where fix.workspace_id = @workspace_id and fix.author_id = @author_id
   and (@one::text = '' or fix.id = @one::text)
 order by fix.id desc limit 50;

-- name: FixedClips :many
select distinct clip_id from fix_cue where fix_id = @fix_id order by clip_id;

-- name: UndoFixedCues :many
-- A line that was changed since, or came anew, stays.
update cue set body = fix_cue.before, words = fix_cue.words
  from fix_cue
 where fix_cue.fix_id = @fix_id and fix_cue.clip_id = @clip_id and cue.clip_id = fix_cue.clip_id
   and cue.start_ms = fix_cue.start_ms and cue.body = fix_cue.after and not cue.edited
returning cue.no;

-- name: MarkFixUndone :exec
update fix set undone_at = now() where id = @id and undone_at is null;
