-- name: StartTranscript :one
insert into transcript (clip_id) values (@clip_id)
on conflict (clip_id) do update set updated_at = now()
returning clip_id, language, coverage, speech, transcribed_ms, updated_at, lost, draft;

-- name: Transcript :one
select clip_id, language, coverage, speech, transcribed_ms, updated_at, lost, draft from transcript where clip_id = @clip_id;

-- name: SaveTranscript :exec
update transcript set language = @language, coverage = @coverage, speech = @speech, lost = @lost, transcribed_ms = @transcribed_ms, draft = @draft, updated_at = now()
 where clip_id = @clip_id;

-- name: SetDraft :execrows
-- Only while it follows what is settled: a run that was overtaken has nothing to say.
update transcript set draft = @draft, updated_at = now() where clip_id = @clip_id and transcribed_ms = @from_ms;

-- name: Cues :many
select clip_id, no, start_ms, end_ms, body, words, edited from cue where clip_id = @clip_id and no >= @from_no order by no;

-- name: CuesFromMoment :many
-- Those that end at a moment or later, and the one before them.
select clip_id, no, start_ms, end_ms, body, words, edited from cue
 where cue.clip_id = @clip_id
   and cue.no >= coalesce((select c.no from cue c where c.clip_id = @clip_id and c.end_ms < @from_ms::bigint order by c.no desc limit 1), 0)
 order by no;

-- name: CuesEndingAfter :many
select clip_id, no, start_ms, end_ms, body, words, edited from cue
 where cue.clip_id = @clip_id
   and cue.no >= (select min(c.no) from cue c where c.clip_id = @clip_id and c.end_ms > @at_ms)
 order by no;

-- name: CountCues :one
select count(*) from cue where clip_id = @clip_id;

-- name: Cue :one
select clip_id, no, start_ms, end_ms, body, words, edited from cue where clip_id = @clip_id and no = @no;

-- name: UpdateCue :execrows
update cue set start_ms = @start_ms, end_ms = @end_ms, body = @body, words = @words, edited = true where clip_id = @clip_id and no = @no;

-- name: DeleteCuesFrom :exec
delete from cue where clip_id = @clip_id and no >= @from_no;

-- name: InsertCue :batchexec
insert into cue (clip_id, no, start_ms, end_ms, body, words, edited)
values (@clip_id, @no, @start_ms, @end_ms, @body, @words, @edited);

-- name: Chapters :many
select clip_id, no, start_ms, end_ms, title, edited from chapter where clip_id = @clip_id order by no;

-- name: ForgetEditsOfChapters :exec
update chapter set edited = false where clip_id = @clip_id and edited;

-- name: DeleteChapters :exec
delete from chapter where clip_id = @clip_id;

-- name: InsertChapter :batchexec
insert into chapter (clip_id, no, start_ms, end_ms, title, edited) values (@clip_id, @no, @start_ms, @end_ms, @title, @edited);
