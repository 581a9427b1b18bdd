-- name: SettledProposals :many
-- The moments of a clip whose proposal was accepted or dismissed.
select proposal_dismissed.start_ms from proposal_dismissed where proposal_dismissed.clip_id = @clip_id
union select ask.start_ms from ask where ask.clip_id = @clip_id and ask.origin = 'spoken'
union select decision.start_ms from decision where decision.clip_id = @clip_id and decision.origin = 'spoken'
union select blocker.start_ms from blocker where blocker.clip_id = @clip_id and blocker.origin = 'spoken';

-- name: DismissProposal :exec
insert into proposal_dismissed (clip_id, start_ms) values (@clip_id, @start_ms) on conflict do nothing;
