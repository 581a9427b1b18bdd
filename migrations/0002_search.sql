-- +goose Up

-- All four are trusted extensions: the database's owner may create them.
create extension if not exists pg_trgm;
create extension if not exists btree_gin;
create extension if not exists unaccent;
create extension if not exists fuzzystrmatch;

create text search configuration baton_en (copy = english);
alter text search configuration baton_en alter mapping for hword, hword_part, word with unaccent, english_stem;

-- PostgreSQL's parser takes node.js for a host, frontend/backend for a path and Vec<String> for markup, and then
-- finds none of the words in them. Without these characters it sees words. search.Snippet knows the same list.
-- +goose StatementBegin
create function baton_plain(txt text) returns text language sql immutable as $$
  select translate(txt, '<>/.@:&~', '        ')
$$;
-- +goose StatementEnd

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
  tsv          tsvector generated always as (to_tsvector('baton_en', baton_plain(body))) stored,
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

-- The words of a text as vocabulary keeps them and baton_query looks them up. Beyond ASCII every
-- character counts as part of a word: what is punctuation there, unaccent has mapped to ASCII for the most part.
-- +goose StatementBegin
create function baton_words(txt text) returns setof text language sql stable as $$
  select left(w, 60)
    from (select trim(both '''-' from x), o
            from regexp_split_to_table(lower(unaccent(txt)), '[^a-z0-9''\u0080-\U0010ffff-]+') with ordinality y(x, o)) z(w, o)
   where w ~ '[a-z0-9\u0080-\U0010ffff]'
   order by o
$$;
-- +goose StatementEnd

-- One transaction at a time counts a workspace's words: two that met them in different order would deadlock.
-- +goose StatementBegin
create function vocabulary_lock(workspaces text[]) returns void language plpgsql as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('vocabulary ' || w, 0)) from unnest(workspaces) w;
end $$;
-- +goose StatementEnd

-- The vocabulary follows the passages, whichever way they change, a cascade included.
-- +goose StatementBegin
create function vocabulary_follow() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    perform vocabulary_lock(array(select distinct workspace_id from old_rows order by 1));
  else
    perform vocabulary_lock(array(select distinct workspace_id from new_rows order by 1));
  end if;
  if tg_op in ('INSERT', 'UPDATE') then
    insert into vocabulary as v (workspace_id, word, n)
      select workspace_id, w, count(*) from new_rows, baton_words(body) w group by 1, 2
      on conflict (workspace_id, word) do update set n = v.n + excluded.n;
  end if;
  if tg_op in ('UPDATE', 'DELETE') then
    update vocabulary v set n = v.n - d.n
      from (select workspace_id, w, count(*) n from old_rows, baton_words(body) w group by 1, 2) d
     where v.workspace_id = d.workspace_id and v.word = d.w;
    delete from vocabulary v using (select distinct workspace_id, w from old_rows, baton_words(body) w) d
     where v.workspace_id = d.workspace_id and v.word = d.w and v.n <= 0;
  end if;
  return null;
end $$;
-- +goose StatementEnd
create trigger vocabulary_insert after insert on passage referencing new table as new_rows
  for each statement execute function vocabulary_follow();
create trigger vocabulary_update after update on passage referencing old table as old_rows new table as new_rows
  for each statement execute function vocabulary_follow();
create trigger vocabulary_delete after delete on passage referencing old table as old_rows
  for each statement execute function vocabulary_follow();

-- The letters of a word in order of the alphabet.
-- +goose StatementBegin
create function baton_letters(word text) returns text language sql immutable as $$
  select string_agg(c, '' order by c collate "C") from regexp_split_to_table(word, '') c
$$;
-- +goose StatementEnd

-- baton_query turns what a person typed into a tsquery: quotes, a minus or "or" go to
-- websearch_to_tsquery; otherwise every word must occur, the last one also as the beginning of a
-- word, and a word that the workspace never said also as its nearest neighbours.
-- +goose StatementBegin
create function baton_query(ws text, txt text) returns tsquery language plpgsql stable as $$
declare
  toks text[]; t text; i int := 0; parts text[] := '{}'; alts text[];
begin
  if txt ~* '["]|(^|\s)-\w|\sor\s' then
    return websearch_to_tsquery('baton_en', baton_plain(txt));
  end if;
  toks := array(select w from baton_words(txt) with ordinality x(w, o) order by o limit 16);
  foreach t in array toks loop
    i := i + 1;
    alts := array[t];
    if i = array_length(toks, 1) and length(t) >= 2 and txt !~ '\s$' then
      alts := alts || array(select word from vocabulary
        where workspace_id = ws and word > t and word < t || chr(1114111)
        order by n desc, word limit 12);
    end if;
    if length(t) >= 4 and array_length(alts, 1) = 1
       and not exists (select 1 from vocabulary where workspace_id = ws and word = t) then
      alts := alts || array(select word from
        (select word, n, levenshtein_less_equal(word, t, 2) d from vocabulary where workspace_id = ws and word % t) z
        -- In a short word one slip is allowed, and two letters that changed places count as one.
        where d <= case when length(t) < 6 and baton_letters(word) <> baton_letters(t) then 1 else 2 end
        order by d, n desc, word limit 4);
    end if;
    parts := parts || ('(' || (select string_agg(quote_literal(a), '|') from unnest(alts) a) || ')');
  end loop;
  return to_tsquery('baton_en', array_to_string(parts, '&'));
end $$;
-- +goose StatementEnd

-- Any word of a query instead of all, to find the best line inside a passage that matched.
-- +goose StatementBegin
create function baton_any(q tsquery) returns tsquery language sql immutable as $$
  select regexp_replace(q::text, '&|<(-|\d+)>', '|', 'g')::tsquery
$$;
-- +goose StatementEnd

-- +goose Down
drop table vocabulary, passage;
drop function baton_query(text, text);
drop function baton_any(tsquery);
drop function baton_plain(text);
drop function baton_letters(text);
drop function vocabulary_follow();
drop function vocabulary_lock(text[]);
drop function baton_words(text);
drop text search configuration baton_en;
