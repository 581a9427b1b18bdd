-- name: Summary :one
select clip_id, lines, action_items, model, made_at from summary where clip_id = @clip_id;

-- name: PutSummary :exec
insert into summary (clip_id, lines, action_items, model) values (@clip_id, @lines, @action_items, @model)
on conflict (clip_id) do update set lines = excluded.lines, action_items = excluded.action_items, model = excluded.model, made_at = now();
