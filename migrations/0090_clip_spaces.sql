-- +goose Up

-- One joins an open space; into a closed one one is let in by its people.
alter table space add column closed bool not null default false;
-- The spaces whose people may watch it whatever its visibility. As space.id, so that the two can be compared.
alter table clip add column spaces text[] collate "C" not null default '{}' constraint clip_spaces_bounded check (cardinality(spaces) <= 20);
create index clip_by_spaces on clip using gin (spaces) where deleted_at is null;
alter table event add column spaces text[] not null default '{}';
-- Who left a workspace before left its spaces, too: to come back is to join them anew.
delete from space_member using space, member
 where space.id = space_member.space_id and member.workspace_id = space.workspace_id and member.account_id = space_member.account_id and member.left_at is not null;

-- Whether a clip is shared with a space that somebody is in.
-- +goose StatementBegin
create function in_spaces(spaces text[], viewer_id text) returns bool language sql stable as $$
  select spaces <> '{}' and exists (select from space_member where account_id = viewer_id and space_id = any(spaces))
$$;
-- +goose StatementEnd

-- As in 0081, and what is shared with a space is shown to its people.
-- +goose StatementBegin
create or replace function notice_shown(of_clip text, to_account text, in_workspace text, of_kind text, of_ref text) returns bool language sql stable as $$
  select exists (
    select from member left join clip on clip.id = of_clip and clip.deleted_at is null
     where member.workspace_id = in_workspace and member.account_id = to_account and member.left_at is null
       and (of_clip is null or may_watch(clip.owner_id, clip.visibility, to_account, member.role = 'guest') or clip.host_id = to_account
            or to_account = any(clip.people) or member.role <> 'guest' and in_spaces(clip.spaces, to_account)))
   and not (of_kind in ('mention', 'reply', 'comment') and exists (select from comment where comment.id = of_ref and comment.deleted_at is not null))
$$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
create or replace function notice_shown(of_clip text, to_account text, in_workspace text, of_kind text, of_ref text) returns bool language sql stable as $$
  select exists (
    select from member left join clip on clip.id = of_clip and clip.deleted_at is null
     where member.workspace_id = in_workspace and member.account_id = to_account and member.left_at is null
       and (of_clip is null or may_watch(clip.owner_id, clip.visibility, to_account, member.role = 'guest') or clip.host_id = to_account or to_account = any(clip.people)))
   and not (of_kind in ('mention', 'reply', 'comment') and exists (select from comment where comment.id = of_ref and comment.deleted_at is not null))
$$;
-- +goose StatementEnd
drop function in_spaces(text[], text);
alter table event drop column spaces;
alter table clip drop column spaces;
alter table space drop column closed;
