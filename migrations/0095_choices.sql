-- +goose Up

-- A kind can be silent in the inbox, in the mail or in browsers alone; what is in muted is silent everywhere.
alter table notice_choice
  add column not_inbox text[] not null default '{}',
  add column not_mail  text[] not null default '{}',
  add column not_push  text[] not null default '{}',
  -- When the one mail of a day goes, in minutes since midnight on the person's own clock.
  add column digest_at int not null default 510 constraint notice_choice_digest_at_range check (digest_at between 0 and 1439),
  drop constraint notice_choice_mail_known,
  add constraint notice_choice_mail_known check (mail in ('each', 'hourly', 'daily', 'never'));

-- False: it is mailed or pushed, and not listed.
alter table notice add column in_inbox bool not null default true;

-- What somebody wants to hear no more of: one space, one round, or the talk about one clip.
create table notice_mute (
  account_id text collate "C" not null constraint notice_mute_account_fk references account on delete cascade,
  space_id   text collate "C" constraint notice_mute_space_fk references space on delete cascade,
  round_id   text collate "C" constraint notice_mute_round_fk references round on delete cascade,
  clip_id    text collate "C" constraint notice_mute_clip_fk references clip on delete cascade,
  about      text collate "C" not null generated always as (coalesce(space_id, round_id, clip_id)) stored,
  created_at timestamptz not null default now(),
  constraint notice_mute_pk primary key (account_id, about),
  constraint notice_mute_one check (num_nonnulls(space_id, round_id, clip_id) = 1)
);

-- Whether somebody wants to hear nothing of what this is about. Who is named, asked, or needed to let somebody in hears it all the same.
-- +goose StatementBegin
create function notice_muted(to_account text, of_kind text, of_ref text, of_clip text) returns bool language sql stable as $$
  select exists (
    select from notice_mute
     where notice_mute.account_id = to_account
       and (of_kind in ('reply', 'comment', 'clip')
            and (notice_mute.clip_id = of_clip or notice_mute.space_id = (select clip.space_id from clip where clip.id = of_clip))
         or of_kind in ('round.prompt', 'round.remind', 'round.record')
            and notice_mute.round_id = (select occurrence.round_id from occurrence where occurrence.id = split_part(of_ref, ':', 2))))
$$;
-- +goose StatementEnd

-- Whether it goes out at once, whatever the hour and whatever was chosen: somebody broke the glass, or its person has just asked for it.
-- +goose StatementBegin
create function notice_presses(of_kind text) returns bool language sql immutable as $$
  select of_kind in ('message.urgent', 'round.link')
$$;
-- +goose StatementEnd

-- +goose Down
drop function notice_presses(text);
drop function notice_muted(text, text, text, text);
drop table notice_mute;
delete from notice where not in_inbox;
alter table notice drop column in_inbox;
update notice_choice set mail = 'hourly' where mail = 'daily';
alter table notice_choice drop column not_inbox, drop column not_mail, drop column not_push, drop column digest_at,
  drop constraint notice_choice_mail_known, add constraint notice_choice_mail_known check (mail in ('each', 'hourly', 'never'));
