-- name: SpaceOfSource :one
-- The space of the clip, or else of the round, in which something was said; empty: none.
select coalesce(
  (select clip.space_id from clip where clip.id = @clip_id::text),
  (select round.space_id from occurrence join round on round.id = occurrence.round_id where occurrence.id = @occurrence_id::text), '')::text;
