-- +goose Up

-- Who has muted a round hears nothing of the talk about its answers, either. A clip that answers several rounds is muted when all of them are; one
-- that has ended counts for nothing, because nobody could hear of it again.
-- +goose StatementBegin
create or replace function notice_muted(to_account text, of_kind text, of_ref text, of_clip text) returns bool language sql stable as $$
  select exists (
    select from notice_mute
     where notice_mute.account_id = to_account
       and (of_kind in ('reply', 'comment', 'clip')
            and (notice_mute.clip_id = of_clip or notice_mute.space_id = (select clip.space_id from clip where clip.id = of_clip))
         or of_kind in ('round.prompt', 'round.remind', 'round.record')
            and notice_mute.round_id = (select occurrence.round_id from occurrence where occurrence.id = split_part(of_ref, ':', 2))))
    or of_kind in ('reply', 'comment', 'clip') and coalesce((
      select bool_and(exists (select from notice_mute where notice_mute.account_id = to_account and notice_mute.round_id = round.id))
        from answer join occurrence on occurrence.id = answer.occurrence_id join round on round.id = occurrence.round_id
       where answer.parts @> jsonb_build_array(jsonb_build_object('clip_id', of_clip)) and round.deleted_at is null), false)
$$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
create or replace function notice_muted(to_account text, of_kind text, of_ref text, of_clip text) returns bool language sql stable as $$
  select exists (
    select from notice_mute
     where notice_mute.account_id = to_account
       and (of_kind in ('reply', 'comment', 'clip')
            and (notice_mute.clip_id = of_clip or notice_mute.space_id = (select clip.space_id from clip where clip.id = of_clip))
         or of_kind in ('round.prompt', 'round.remind', 'round.record')
            and notice_mute.round_id = (select occurrence.round_id from occurrence where occurrence.id = split_part(of_ref, ':', 2))))
$$;
-- +goose StatementEnd
