-- name: PutPassages :exec
insert into passage (workspace_id, clip_id, source, ref, start_ms, end_ms, body)
select @workspace_id, @clip_id, @source, unnest(@refs::text[]), unnest(@starts::bigint[]), unnest(@ends::bigint[]), unnest(@bodies::text[])
on conflict (clip_id, source, ref) do update set start_ms = excluded.start_ms, end_ms = excluded.end_ms, body = excluded.body
 where (passage.start_ms, passage.end_ms, passage.body) is distinct from (excluded.start_ms, excluded.end_ms, excluded.body);

-- name: DeleteSpeechPassages :exec
-- Those from a cue on that are not among the wanted.
delete from passage where clip_id = @clip_id and source = 'speech'
   and case when source = 'speech' then ref::int end >= @from_no::int and not (ref = any(@keep::text[]));

-- name: DeletePassages :exec
delete from passage where clip_id = @clip_id and source = @source and not (ref = any(@keep::text[]));

-- name: DeletePassage :exec
delete from passage where clip_id = @clip_id and source = @source and ref = @ref;

-- name: DeleteClipPassages :exec
delete from passage where clip_id = @clip_id;

-- name: Search :many
-- The score is a logarithm: of how well the passage matches, plus the weight of its source, plus an hour's worth of age for
-- each hour (a clip that is two years younger counts e times as much). It does not depend on the present time, so that pages fit together.
with q as materialized (
  select ts, baton_any(ts) as loose from (select baton_query(@workspace_id::text, @txt::text) as ts offset 0) once
),
-- Materialized and put together by clip, so that no plan starts from the workspace's clips, which are many, and each of
-- those that match is looked up once however often it has the word.
match as materialized (
  select found.clip_id, max(found.fit) as best, array_agg(found.id) as ids
    from (select passage.id, passage.clip_id, baton_fit(passage.tsv, q.ts, passage.source, passage.ref) as fit
            from q, passage
           where passage.workspace_id = @workspace_id::text and passage.tsv @@ q.ts
             and (cardinality(@sources::text[]) = 0 or passage.source = any(@sources::text[]))) found
   group by found.clip_id
), allowed as (
  select match.clip_id, match.ids, date_part('epoch', clip.created_at) / 63072000 as age
    from match join clip on clip.id = match.clip_id
   where clip.workspace_id = @workspace_id::text and clip.deleted_at is null
     and (may_watch(clip.owner_id, clip.visibility, @viewer_id::text, @guest::bool) or clip.host_id = @viewer_id::text or @viewer_id::text = any(clip.people))
     and (@by_owner::text = '' or clip.owner_id = @by_owner::text)
     and (@in_space::text = '' or clip.space_id = @in_space::text)
     and (sqlc.narg(since)::timestamptz is null or clip.created_at >= sqlc.narg(since)::timestamptz)
     and (sqlc.narg(until)::timestamptz is null or clip.created_at < sqlc.narg(until)::timestamptz)
     and (@with_tag::text = '' or exists (select from clip_tag where clip_tag.clip_id = clip.id and clip_tag.tag = @with_tag::text))
   -- The best n passages are in the n clips with the best ones. A later page may begin anywhere.
   order by match.best + date_part('epoch', clip.created_at) / 63072000 desc
   fetch first (case when @first_page::bool then @page_size::int else 2147483647 end) rows with ties
), hit as (
  select passage.id, passage.clip_id, (baton_fit(passage.tsv, q.ts, passage.source, passage.ref) + allowed.age)::float8 as score
    from q, allowed, unnest(allowed.ids) as one join passage on passage.id = one
), best_hits as materialized (
  select * from hit where @first_page::bool or score < @after_score::float8 or (score = @after_score::float8 and id > @after_id::bigint)
   order by score desc, id limit @page_size::int
), page as (
  select best_hits.id, best_hits.clip_id, best_hits.score, passage.source, passage.start_ms, passage.end_ms, passage.body, q.ts, q.loose,
         case when passage.source = 'speech' then passage.ref::int end as first_cue,
         clip.title, clip.owner_id, clip.duration_ms, clip.created_at, clip.poster_key <> '' as has_poster, clip.cuts
    from best_hits join passage on passage.id = best_hits.id join clip on clip.id = best_hits.clip_id, q
)
select page.id, page.clip_id, page.source, page.score, coalesce(parent.title, page.title)::text as title, coalesce(answer.clip_id, '')::text as parent_id,
       coalesce(answer.id, '')::text as comment_id, coalesce(answer.at_ms, 0)::bigint as parent_at_ms, page.owner_id, account.name as owner_name, page.duration_ms,
       page.created_at, page.has_poster,
       coalesce(best.start_ms, page.start_ms)::bigint as start_ms, coalesce(best.end_ms, page.end_ms)::bigint as end_ms,
       -- The marks, and what stands in for the characters of baton_plain, are private-use characters: search.Snippet
       -- puts the characters back, escapes the text and then puts the tags in.
       ts_headline('baton_en', translate(coalesce(best.body, page.body), E'<>/.@:&~\uE000\uE001', E'\uE002\uE003\uE004\uE005\uE006\uE007\uE008\uE009'), page.loose,
         case when length(coalesce(best.body, page.body)) <= 240 then E'StartSel=\uE000,StopSel=\uE001,HighlightAll=true'
              else E'StartSel=\uE000,StopSel=\uE001,MaxFragments=1,MaxWords=36,MinWords=16' end)::text as marked,
       -- The last line of a passage is the first of the next: the next one shows it, if it matches too.
       coalesce(best.no = page.first_cue + 4 and exists (
         select from passage n where n.clip_id = page.clip_id and n.source = 'speech' and n.ref = (page.first_cue + 4)::text
            and n.tsv @@ page.ts), false)::bool as shown_by_next
  from page
  join account on account.id = page.owner_id
  -- What was said in an answer leads to the clip that it answers.
  left join comment answer on answer.reply_clip_id = page.clip_id
  left join clip parent on parent.id = answer.clip_id
  left join lateral (
    select line.no, line.start_ms, line.end_ms, line.body from (
      select cue.no, cue.start_ms, cue.end_ms,
             case when page.cuts = '[]' then cue.body else kept_text(cue.body, cue.start_ms, cue.end_ms, cue.words, page.cuts) end as body
        from cue where cue.clip_id = page.clip_id and cue.no between page.first_cue and page.first_cue + 4) line
     order by ts_rank(to_tsvector('baton_en', baton_plain(line.body)), page.loose) desc, line.no limit 1) best on true
 order by page.score desc, page.id;
