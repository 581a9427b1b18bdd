-- name: InsertStitchPart :exec
insert into stitch_part (clip_id, no, part_id) values (@clip_id, @no, @part_id);

-- name: StitchParts :many
select coalesce(part_id, '')::text from stitch_part where clip_id = @clip_id order by no;

-- name: UnsettledTranscripts :one
-- How many of some clips have words that are not all there.
select count(*) from clip where id = any(@clips::text[]) and transcript_state not in ('done', 'no_speech');
