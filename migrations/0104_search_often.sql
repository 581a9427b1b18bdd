-- +goose Up

-- The words for which a passage is among the best: those that occur in it twice or more, and all words of what is short or not speech. They are a
-- twentieth of all; a search for a word that thousands of passages have reads the others only if these are not enough.
-- +goose StatementBegin
create function baton_often(tsv tsvector, source text) returns text[] language sql immutable parallel safe as $$
  select array(select left(lexeme, 60) from unnest(tsv) where cardinality(positions) > 1 or length(tsv) < 20 or source <> 'speech')
$$;
-- +goose StatementEnd
create index passage_often on passage using gin (workspace_id, baton_often(tsv, source));

-- The most that baton_fit can say of a passage that does not have the word among its own in baton_often: ts_rank of a word that occurs once among
-- twenty different ones. A little more, because ts_rank counts with floats.
-- +goose StatementBegin
create function baton_fit_seldom() returns float8 language sql immutable parallel safe as $$
  select ln(0.0608::float8 * ln(2::float8) / ln(21::float8) + 1e-6::float8) + 0.801::float8
$$;
-- +goose StatementEnd

-- +goose Down
drop index passage_often;
drop function baton_often(tsvector, text);
drop function baton_fit_seldom();
