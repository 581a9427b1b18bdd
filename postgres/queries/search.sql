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
with asked as materialized (select baton_query(@workspace_id::text, @txt::text) as ts),
-- What a plan would depend on is in q, so that the statement is planned once.
q as materialized (
  select asked.ts, baton_any(asked.ts) as loose, few.word, few.word is not null as often, @workspace_id::text as workspace_id,
         @page_size::int as page_size, @first_page::bool as first_page, @after_score::float8 as after_score, @after_id::bigint as after_id,
         @sources::text[] as sources, @viewer_id::text as viewer_id, @guest::bool as guest, @by_owner::text as by_owner, @in_space::text as in_space,
         sqlc.narg(since)::timestamptz as since, sqlc.narg(until)::timestamptz as until, @with_tag::text as with_tag,
         case when few.word is not null then baton_fit_seldom() + (
           select max(date_part('epoch', clip.created_at)) / 63072000 from clip where clip.workspace_id = @workspace_id::text and clip.deleted_at is null) end as seldom
    from asked left join lateral (
      -- One word that thousands of passages have: those that begin with it stand for those that have it as their stem.
      select array[left(one.stem, 60)] as word from (select trim(both '''' from asked.ts::text) as stem) one
       where case when @often::bool and numnode(asked.ts) = 1 and one.stem !~ '[''\\:]' then 3000 < (
         select sum(vocabulary.n) from vocabulary
          where vocabulary.workspace_id = @workspace_id::text and vocabulary.word >= one.stem and vocabulary.word < one.stem || chr(1114111)) end) few on true
),
-- Either all that match, or those that have a frequent word more often than once.
candidate as (
  select passage.id, passage.clip_id, passage.source, baton_fit(passage.tsv, q.ts, passage.source, passage.ref) as fit
    from q, passage
   where not q.often and numnode(q.ts) > 0 and passage.workspace_id = q.workspace_id and passage.tsv @@ q.ts
  union all
  select few.id, few.clip_id, few.source, baton_fit(few.tsv, q.ts, few.source, few.ref)
    from q, lateral (select passage.id, passage.clip_id, passage.tsv, passage.source, passage.ref from passage
                      where passage.workspace_id = q.workspace_id and baton_often(passage.tsv, passage.source) && q.word offset 0) few
   where q.often and few.tsv @@ q.ts
),
-- Materialized and put together by clip, so that no plan starts from the workspace's clips, which are many, and each of
-- those that match is looked up once however often it has the word.
match as materialized (
  select candidate.clip_id, max(candidate.fit) as best, array_agg(candidate.id) as ids
    from q, candidate where cardinality(q.sources) = 0 or candidate.source = any(q.sources)
   group by candidate.clip_id
), allowed as (
  select match.clip_id, match.ids, date_part('epoch', clip.created_at) / 63072000 as age
    from q, match join clip on clip.id = match.clip_id
   where clip.workspace_id = q.workspace_id and clip.deleted_at is null
     and (may_watch(clip.owner_id, clip.visibility, q.viewer_id, q.guest) or clip.host_id = q.viewer_id or q.viewer_id = any(clip.people)
          or not q.guest and clip.spaces && array(select space_member.space_id from space_member where space_member.account_id = (select me.viewer_id from q me)))
     and (q.by_owner = '' or clip.owner_id = q.by_owner)
     and (q.in_space = '' or clip.space_id = q.in_space or clip.spaces @> array[q.in_space])
     and (q.since is null or clip.created_at >= q.since)
     and (q.until is null or clip.created_at < q.until)
     and (q.with_tag = '' or exists (select from clip_tag where clip_tag.clip_id = clip.id and clip_tag.tag = q.with_tag))
   -- The best n passages are in the n clips with the best ones. A later page may begin anywhere.
   order by match.best + date_part('epoch', clip.created_at) / 63072000 desc
   fetch first (select case when q.first_page then q.page_size else 2147483647 end from q) rows with ties
), hit as (
  select passage.id, passage.clip_id, (baton_fit(passage.tsv, q.ts, passage.source, passage.ref) + allowed.age)::float8 as score
    from q, allowed, unnest(allowed.ids) as one join passage on passage.id = one
), best_hits as materialized (
  select hit.* from q, hit where q.first_page or score < q.after_score or (score = q.after_score and id > q.after_id)
   order by score desc, id limit (select q.page_size from q)
), page as (
  select best_hits.id, best_hits.clip_id, best_hits.score, passage.source, passage.start_ms, passage.end_ms, passage.body, q.ts, q.loose, q.often, coalesce(q.seldom, 0)::float8 as seldom,
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
            and n.tsv @@ page.ts), false)::bool as shown_by_next,
       -- When only what has the word often was read: the most that anything else can score.
       page.often::bool as often, page.seldom
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
