-- name: SectionsOfClip :many
-- The questions of the round that a clip answers, and how: by the newest answer that it is part of.
select round.sections, answer.parts from answer
  join occurrence on occurrence.id = answer.occurrence_id join round on round.id = occurrence.round_id
 where answer.parts @> jsonb_build_array(jsonb_build_object('clip_id', @clip_id::text))
 order by answer.updated_at desc, answer.id desc limit 1;

-- name: EndChapters :exec
-- Of a clip whose length was not known when its sections were marked.
update chapter set end_ms = @duration_ms
 where chapter.clip_id = @clip_id and chapter.start_ms < @duration_ms and chapter.no = (select max(c.no) from chapter c where c.clip_id = @clip_id);
