-- +goose Up

-- Who has left a workspace is told nothing of it any more, whether it is of a clip or not.
-- +goose StatementBegin
create or replace function notice_shown(of_clip text, to_account text, in_workspace text, of_kind text, of_ref text) returns bool language sql stable as $$
  select exists (
    select from member left join clip on clip.id = of_clip and clip.deleted_at is null
     where member.workspace_id = in_workspace and member.account_id = to_account and member.left_at is null
       and (of_clip is null or may_watch(clip.owner_id, clip.visibility, to_account, member.role = 'guest') or clip.host_id = to_account or to_account = any(clip.people)))
   and not (of_kind in ('mention', 'reply', 'comment') and exists (select from comment where comment.id = of_ref and comment.deleted_at is not null))
$$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
create or replace function notice_shown(of_clip text, to_account text, in_workspace text, of_kind text, of_ref text) returns bool language sql stable as $$
  select (of_clip is null or exists (
    select from clip join member on member.workspace_id = in_workspace and member.account_id = to_account and member.left_at is null
     where clip.id = of_clip and clip.deleted_at is null
       and (may_watch(clip.owner_id, clip.visibility, to_account, member.role = 'guest') or clip.host_id = to_account or to_account = any(clip.people))))
   and not (of_kind in ('mention', 'reply', 'comment') and exists (select from comment where comment.id = of_ref and comment.deleted_at is not null))
$$;
-- +goose StatementEnd
