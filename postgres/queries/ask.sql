-- name: NormsOf :many
select workspace_id, urgent_hours, standard_days, relaxed_days, escalation, escalate_to, escalate_minutes, hour_cost, currency
  from norms where workspace_id = any(@workspaces::text[]);

-- name: PutNorms :exec
insert into norms (workspace_id, urgent_hours, standard_days, relaxed_days, escalation, escalate_to, escalate_minutes, hour_cost, currency)
values (@workspace_id, @urgent_hours, @standard_days, @relaxed_days, @escalation, @escalate_to, @escalate_minutes, @hour_cost, @currency)
on conflict (workspace_id) do update set urgent_hours = excluded.urgent_hours, standard_days = excluded.standard_days, relaxed_days = excluded.relaxed_days,
  escalation = excluded.escalation, escalate_to = excluded.escalate_to, escalate_minutes = excluded.escalate_minutes, hour_cost = excluded.hour_cost, currency = excluded.currency;

-- name: AdminsOf :many
select workspace_id, account_id from member
 where workspace_id = any(@workspaces::text[]) and role in ('owner', 'admin') and left_at is null order by workspace_id, account_id;

-- name: InsertAsk :exec
insert into ask (id, workspace_id, author_id, owner_id, body, class, reason, clip_id, start_ms, end_ms, comment_id, occurrence_id, origin, asked_at, reached_at, due_at)
values (@id, @workspace_id, @author_id, @owner_id, @body, @class, @reason, @clip_id, @start_ms, @end_ms, @comment_id, @occurrence_id, @origin, @asked_at, @reached_at, @due_at);

-- name: Asks :many
-- By one id, or of a box: what waits for a person, or what they wait for. read_by leaves out what was asked in a private clip or note of others.
select sqlc.embed(ask), author.name as author_name, owner.name as owner_name
  from ask join account author on author.id = ask.author_id join account owner on owner.id = ask.owner_id
 where ask.workspace_id = @workspace_id
   and (@id::text = '' or ask.id = @id::text)
   and (@owned_by::text = '' or ask.owner_id = @owned_by::text)
   and (@asked_by::text = '' or ask.author_id = @asked_by::text)
   and (@in_occurrence::text = '' or ask.occurrence_id = @in_occurrence::text)
   and (@read_by::text = '' or @read_by::text in (ask.author_id, ask.owner_id, ask.escalated_to)
        or not exists (select from clip where clip.id = ask.clip_id
                        and not (may_watch(clip.owner_id, clip.visibility, @read_by::text, @guest::bool) or @read_by::text = any(clip.people)
                                 or not @guest::bool and in_spaces(clip.spaces, @read_by::text)))
       and not exists (select from comment where comment.id = ask.comment_id and comment.private_to is not null))
   and (not @only_open::bool or ask.state = 'open')
   and (not @only_urgent::bool or ask.class = 'urgent')
   and (sqlc.narg(since)::timestamptz is null or ask.asked_at >= sqlc.narg(since)::timestamptz)
   and (sqlc.narg(until)::timestamptz is null or ask.asked_at < sqlc.narg(until)::timestamptz)
 order by ask.state <> 'open', ask.due_at nulls last, ask.id desc limit coalesce(nullif(@most::int, 0), 500);

-- name: PendingAsks :many
-- Those about which somebody may have to be told something.
select sqlc.embed(ask), author.name as author_name, owner.name as owner_name
  from ask join account author on author.id = ask.author_id join account owner on owner.id = ask.owner_id
 where ask.state = 'open' or ask.state = 'answered' and ask.answered_at > @answered_after::timestamptz
 order by ask.id;

-- name: AnswerAsk :execrows
update ask set state = 'answered', answer = @answer, answer_clip = @answer_clip, answered_at = @answered_at::timestamptz where id = @id and state = 'open';

-- name: WithdrawAsk :execrows
update ask set state = 'withdrawn' where id = @id and state = 'open';

-- name: RemindAsk :execrows
update ask set reminded_at = @reminded_at::timestamptz where id = @id and state = 'open' and reminded_at is null;

-- name: EscalateAsk :execrows
-- The first whom it reaches is whom it was escalated to.
update ask set escalated_at = coalesce(escalated_at, @escalated_at::timestamptz), escalated_to = coalesce(escalated_to, @escalated_to::text)
 where id = @id and state = 'open';

-- name: InsertDecision :exec
insert into decision (id, workspace_id, author_id, what, why, alternatives, clip_id, start_ms, end_ms, comment_id, occurrence_id, origin, decided_at, supersedes)
values (@id, @workspace_id, @author_id, @what, @why, @alternatives, @clip_id, @start_ms, @end_ms, @comment_id, @occurrence_id, @origin, @decided_at, @supersedes);

-- name: UpdateDecision :exec
update decision set what = @what, why = @why, alternatives = @alternatives where id = @id;

-- name: DeleteDecision :exec
delete from decision where id = @id;

-- name: KeepDecisionPeople :exec
delete from decision_person where decision_id = @decision_id and not (account_id = any(@accounts::text[]));

-- name: AddDecisionPeople :exec
insert into decision_person (decision_id, account_id)
select decision.id, member.account_id from decision join member on member.workspace_id = decision.workspace_id
 where decision.id = @decision_id and member.account_id = any(@accounts::text[])
on conflict do nothing;

-- name: Decisions :many
select decision.id, decision.workspace_id, decision.author_id, decision.what, decision.why, decision.alternatives, decision.clip_id, decision.start_ms,
       decision.end_ms, decision.comment_id, decision.occurrence_id, decision.origin, decision.decided_at, decision.supersedes, account.name as author_name,
       coalesce((select newer.id from decision newer where newer.supersedes = decision.id order by newer.id desc limit 1), '')::text as superseded_by
  from decision join account on account.id = decision.author_id
 where decision.workspace_id = @workspace_id
   and (@id::text = '' or decision.id = @id::text)
   and (cardinality(@ids::text[]) = 0 or decision.id = any(@ids::text[]))
   and (@in_occurrence::text = '' or decision.occurrence_id = @in_occurrence::text)
   and (@before::text = '' or decision.id < @before::text)
   and (@txt::text = '' or decision.tsv @@ websearch_to_tsquery('baton_en', baton_plain(@txt::text)))
 order by decision.id desc limit @page_size::int;

-- name: DecisionPeople :many
select decision_person.decision_id, account.id as account_id, account.name from decision_person join account on account.id = decision_person.account_id
 where decision_person.decision_id = any(@decisions::text[]) order by decision_person.decision_id, lower(account.name), account.id;

-- name: InsertBlocker :exec
insert into blocker (id, workspace_id, owner_id, body, clip_id, start_ms, end_ms, comment_id, occurrence_id, origin, raised_at)
values (@id, @workspace_id, @owner_id, @body, @clip_id, @start_ms, @end_ms, @comment_id, @occurrence_id, @origin, @raised_at);

-- name: Blockers :many
select sqlc.embed(blocker), account.name as owner_name,
       (select count(*) from blocker_mention where blocker_mention.blocker_id = blocker.id)::int as mentions,
       coalesce((select max(blocker_mention.at) from blocker_mention where blocker_mention.blocker_id = blocker.id), blocker.raised_at)::timestamptz as last_mention_at
  from blocker join account on account.id = blocker.owner_id
 where blocker.workspace_id = @workspace_id
   and (@id::text = '' or blocker.id = @id::text)
   and (@in_occurrence::text = '' or blocker.occurrence_id = @in_occurrence::text
        or exists (select from blocker_mention where blocker_mention.blocker_id = blocker.id and blocker_mention.occurrence_id = @in_occurrence::text))
   and (@state::text = '' or (blocker.cleared_at is null) = (@state::text = 'open'))
 order by blocker.cleared_at is not null, blocker.raised_at, blocker.id limit 500;

-- name: HasBlockerOf :one
select exists (select from blocker where occurrence_id = @occurrence_id::text and owner_id = @owner_id and lower(body) = lower(@body::text));

-- name: KeepMentionsOf :many
-- Of what was written; what was said stays.
delete from blocker_mention using blocker
 where blocker.id = blocker_mention.blocker_id and blocker.owner_id = @owner_id and blocker_mention.occurrence_id = @occurrence_id
   and blocker_mention.clip_id is null and not (blocker_mention.blocker_id = any(@kept::text[]))
returning blocker_mention.blocker_id;

-- name: MentionBlocker :execrows
insert into blocker_mention (blocker_id, occurrence_id, at) values (@blocker_id, @occurrence_id, @at) on conflict do nothing;

-- name: ClearBlocker :exec
update blocker set cleared_at = @cleared_at, cleared_by = @cleared_by where id = @id and (cleared_at is null) = (@cleared_at::timestamptz is not null);
