-- +goose Up

-- As in 0002, but each word's completions and neighbours are looked for once: return, returns and returned are one stem, and
-- a query that named it three times cost three times as much to rank.
-- +goose StatementBegin
create or replace function baton_query(ws text, txt text) returns tsquery language plpgsql stable as $$
declare
  toks text[]; t text; i int := 0; part text; parts text[] := '{}'; alts text[];
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
    -- A stop word has no stem and is left out.
    select '(' || string_agg(distinct stem, '|') || ')' into part
      from (select to_tsquery('baton_en', quote_literal(a))::text from unnest(alts) a) x(stem) where stem <> '';
    parts := parts || part;
  end loop;
  return array_to_string(parts, '&')::tsquery;
end $$;
-- +goose StatementEnd

-- How well a passage answers a query, as a logarithm, with the weight of what it is. The number of different words stands for
-- its length, since it is known without counting. Plain functions of numbers: numeric would take longer than the ranking.
-- +goose StatementBegin
create function baton_fit(tsv tsvector, q tsquery, source text, ref text) returns float8 language sql immutable as $$
  select ln(ts_rank(tsv, q, 16) + 1e-6::float8)
         + case source when 'speech' then 0.8::float8 when 'title' then case when ref = '' then 2::float8 else 0.5::float8 end
               when 'chapter' then 1.3::float8 else 0::float8 end
$$;
-- +goose StatementEnd

-- +goose Down
drop function baton_fit(tsvector, tsquery, text, text);
-- +goose StatementBegin
create or replace function baton_query(ws text, txt text) returns tsquery language plpgsql stable as $$
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
        where d <= case when length(t) < 6 and baton_letters(word) <> baton_letters(t) then 1 else 2 end
        order by d, n desc, word limit 4);
    end if;
    parts := parts || ('(' || (select string_agg(quote_literal(a), '|') from unnest(alts) a) || ')');
  end loop;
  return to_tsquery('baton_en', array_to_string(parts, '&'));
end $$;
-- +goose StatementEnd
