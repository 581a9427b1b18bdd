-- name: DismissProposal :exec
insert into proposal_dismissed (clip_id, start_ms) values (@clip_id, @start_ms) on conflict do nothing;
