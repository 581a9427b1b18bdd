-- +goose Up

-- Whether somebody may still be shown what they were told: a clip may have become private since, a comment may be gone.
-- +goose StatementBegin
create function notice_shown(of_clip text, to_account text, in_workspace text, of_kind text, of_ref text) returns bool language sql stable as $$
  select (of_clip is null or exists (
    select from clip join member on member.workspace_id = in_workspace and member.account_id = to_account and member.left_at is null
     where clip.id = of_clip and clip.deleted_at is null
       and (may_watch(clip.owner_id, clip.visibility, to_account, member.role = 'guest') or clip.host_id = to_account or to_account = any(clip.people))))
   and not (of_kind in ('mention', 'reply', 'comment') and exists (select from comment where comment.id = of_ref and comment.deleted_at is not null))
$$;
-- +goose StatementEnd

-- +goose Down
drop function notice_shown(text, text, text, text, text);
