-- +goose Up

-- All four are trusted extensions: the database's owner may create them.
create extension if not exists pg_trgm;
create extension if not exists btree_gin;
create extension if not exists unaccent;
create extension if not exists fuzzystrmatch;

create text search configuration baton_en (copy = english);
alter text search configuration baton_en alter mapping for hword, hword_part, word with unaccent, english_stem;

-- What is searched. Speech is searched in passages of five cues, stride four, because two words
-- that belong together seldom share one cue; titles, chapters and comments are a passage each.
create table passage (
  id           bigint generated always as identity constraint passage_pk primary key,
  workspace_id text collate "C" not null,
  clip_id      text collate "C" not null constraint passage_clip_fk references clip on delete cascade,
  source       text not null constraint passage_source_known check (source in ('speech', 'screen', 'title', 'chapter', 'comment', 'decision')),
  -- What it was made of: the first cue's number, the chapter's number, the comment's id, '' for the title.
  ref          text collate "C" not null default '',
  start_ms     bigint not null default 0,
  end_ms       bigint not null default 0,
  body         text not null,
  tsv          tsvector generated always as (to_tsvector('baton_en', body)) stored,
  constraint passage_unique unique (clip_id, source, ref)
);
-- The tenant stands in the index, so a small team does not pay for a large one's words.
create index passage_fts on passage using gin (workspace_id, tsv);

-- The words of each workspace, for completion and for typing mistakes. Never shared:
-- a correction must not show another team's words.
create table vocabulary (
  workspace_id text collate "C" not null constraint vocabulary_workspace_fk references workspace on delete cascade,
  word         text collate "C" not null,
  n            int not null,
  constraint vocabulary_pk primary key (workspace_id, word)
);
create index vocabulary_trgm on vocabulary using gin (workspace_id, word gin_trgm_ops);

-- +goose StatementBegin
-- baton_query turns what a person typed into a tsquery: quotes, a minus or "or" go to
-- websearch_to_tsquery; otherwise every word must occur, the last one also as the beginning of a
-- word, and a word that the workspace never said also as its nearest neighbours.
create function baton_query(ws text, txt text) returns tsquery language plpgsql stable as $$
declare
  toks text[]; t text; i int := 0; parts text[] := '{}'; alts text[];
begin
  if txt ~ '["]|(^|\s)-\w|\sor\s' then
    return websearch_to_tsquery('baton_en', txt);
  end if;
  select array_agg(w order by o) into toks
    from (select w, o from regexp_split_to_table(lower(unaccent(txt)), '[^a-z0-9''-]+') with ordinality x(w, o)
           where w ~ '[a-z0-9]' order by o limit 16) y;
  foreach t in array coalesce(toks, '{}') loop
    i := i + 1;
    t := left(trim(both '''-' from t), 60);
    alts := array[t];
    if i = array_length(toks, 1) and length(t) >= 2 and txt !~ '\s$' then
      alts := alts || array(select word from vocabulary
        where workspace_id = ws and word like replace(replace(t, '\', ''), '_', '\_') || '%' and word <> t and n > 0
        order by n desc limit 12);
    end if;
    if length(t) >= 4 and array_length(alts, 1) = 1
       and not exists (select 1 from vocabulary where workspace_id = ws and word = t and n > 0) then
      alts := alts || array(select word from
        (select word, n, levenshtein_less_equal(word, t, 2) d from vocabulary where workspace_id = ws and word % t and n > 0) z
        where d <= case when length(t) < 6 then 1 else 2 end order by d, n desc limit 4);
    end if;
    parts := parts || ('(' || (select string_agg(quote_literal(a), '|') from unnest(alts) a) || ')');
  end loop;
  return to_tsquery('baton_en', array_to_string(parts, '&'));
end $$;
-- +goose StatementEnd

-- +goose Down
drop function baton_query(text, text);
drop table vocabulary, passage;
drop text search configuration baton_en;
