-- +goose Up

-- What rounds and asks tell people is a notice, too. Which kinds there are the program says: they grow with it.
alter table notice drop constraint notice_kind_known,
  -- A round is of no clip: what it tells is in a line, and leads to a page.
  alter column clip_id drop not null,
  add column title text not null default '',
  add column path  text not null default '',
  -- From when on a mail would be of no use: the round has closed.
  add column mail_until timestamptz,
  -- The mail that it went out in. Sent again after a crash it is the same mail, so that a mailbox can show it once.
  add column mail_id text collate "C";

-- A link in a mail by which one person answers one occurrence. Only the hash of its secret is kept.
create table answer_link (
  token_hash    bytea not null constraint answer_link_pk primary key,
  occurrence_id text collate "C" not null constraint answer_link_occurrence_fk references occurrence on delete cascade,
  account_id    text collate "C" not null constraint answer_link_account_fk references account on delete cascade,
  created_at    timestamptz not null,
  expires_at    timestamptz not null,
  -- When the person answered: it opens nothing any more.
  used_at       timestamptz
);
create index answer_link_by_occurrence on answer_link (occurrence_id, account_id);

-- A sign-in by such a link is good for this occurrence alone; null: for everything that the person may do.
alter table sign_in add column occurrence_id text collate "C" constraint sign_in_occurrence_fk references occurrence on delete cascade;

-- +goose Down
delete from sign_in where occurrence_id is not null;
alter table sign_in drop column occurrence_id;
drop table answer_link;
delete from notice where clip_id is null;
alter table notice drop column title, drop column path, drop column mail_until, drop column mail_id, alter column clip_id set not null,
  add constraint notice_kind_known check (kind in ('mention', 'reply', 'comment', 'access'));
