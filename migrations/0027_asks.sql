-- +goose Up

-- What a workspace expects of answers; a workspace without a row has domain.DefaultNorms.
create table norms (
  workspace_id     text collate "C" not null constraint norms_pk primary key constraint norms_workspace_fk references workspace on delete cascade,
  urgent_hours     int not null,
  standard_days    int not null,
  relaxed_days     int not null,
  escalation       text not null constraint norms_escalation_known check (escalation in ('nobody', 'admins', 'person')),
  escalate_to      text collate "C" constraint norms_account_fk references account on delete set null,
  escalate_minutes int not null,
  hour_cost        int not null default 0,
  currency         text not null default 'EUR' constraint norms_currency_length check (char_length(currency) between 1 and 8)
);

create table ask (
  id            text collate "C" not null constraint ask_pk primary key,
  workspace_id  text collate "C" not null constraint ask_workspace_fk references workspace on delete cascade,
  author_id     text collate "C" not null constraint ask_author_fk references account,
  owner_id      text collate "C" not null constraint ask_owner_fk references account,
  body          text not null constraint ask_body_length check (char_length(body) between 1 and 2000),
  class         text not null constraint ask_class_known check (class in ('urgent', 'standard', 'relaxed')),
  reason        text not null default '',
  clip_id       text collate "C" constraint ask_clip_fk references clip on delete set null,
  start_ms      bigint not null default 0,
  end_ms        bigint not null default 0,
  comment_id    text collate "C" constraint ask_comment_fk references comment on delete set null,
  occurrence_id text collate "C" constraint ask_occurrence_fk references occurrence on delete set null,
  origin        text not null constraint ask_origin_known check (origin in ('hand', 'spoken', 'round')),
  asked_at      timestamptz not null,
  reached_at    timestamptz,
  due_at        timestamptz,
  state         text not null default 'open' constraint ask_state_known check (state in ('open', 'answered', 'withdrawn')),
  answer        text not null default '',
  answer_clip   text collate "C" constraint ask_answer_clip_fk references clip on delete set null,
  answered_at   timestamptz,
  reminded_at   timestamptz,
  escalated_at  timestamptz,
  escalated_to  text collate "C" constraint ask_escalated_fk references account on delete set null,
  constraint ask_urgent_has_reason check (class <> 'urgent' or reason <> '')
);
create index ask_by_owner on ask (owner_id, due_at) where state = 'open';
create index ask_by_author on ask (author_id, id desc);
create index ask_by_workspace on ask (workspace_id, asked_at);
create index ask_by_occurrence on ask (occurrence_id) where occurrence_id is not null;

create table decision (
  id            text collate "C" not null constraint decision_pk primary key,
  workspace_id  text collate "C" not null constraint decision_workspace_fk references workspace on delete cascade,
  author_id     text collate "C" not null constraint decision_author_fk references account,
  what          text not null constraint decision_what_length check (char_length(what) between 1 and 500),
  why           text not null default '',
  alternatives  text not null default '',
  clip_id       text collate "C" constraint decision_clip_fk references clip on delete set null,
  start_ms      bigint not null default 0,
  end_ms        bigint not null default 0,
  comment_id    text collate "C" constraint decision_comment_fk references comment on delete set null,
  occurrence_id text collate "C" constraint decision_occurrence_fk references occurrence on delete set null,
  origin        text not null constraint decision_origin_known check (origin in ('hand', 'spoken', 'round')),
  decided_at    timestamptz not null,
  supersedes    text collate "C" constraint decision_supersedes_fk references decision on delete set null,
  tsv           tsvector generated always as (to_tsvector('baton_en', baton_plain(what || ' ' || why || ' ' || alternatives))) stored
);
create index decision_by_workspace on decision (workspace_id, id desc);
create index decision_fts on decision using gin (workspace_id, tsv);
create index decision_by_supersedes on decision (supersedes) where supersedes is not null;
create index decision_by_occurrence on decision (occurrence_id) where occurrence_id is not null;

create table decision_person (
  decision_id text collate "C" not null constraint decision_person_fk references decision on delete cascade,
  account_id  text collate "C" not null constraint decision_person_account_fk references account on delete cascade,
  constraint decision_person_pk primary key (decision_id, account_id)
);

create table blocker (
  id            text collate "C" not null constraint blocker_pk primary key,
  workspace_id  text collate "C" not null constraint blocker_workspace_fk references workspace on delete cascade,
  owner_id      text collate "C" not null constraint blocker_owner_fk references account,
  body          text not null constraint blocker_body_length check (char_length(body) between 1 and 2000),
  clip_id       text collate "C" constraint blocker_clip_fk references clip on delete set null,
  start_ms      bigint not null default 0,
  end_ms        bigint not null default 0,
  comment_id    text collate "C" constraint blocker_comment_fk references comment on delete set null,
  occurrence_id text collate "C" constraint blocker_occurrence_fk references occurrence on delete set null,
  origin        text not null constraint blocker_origin_known check (origin in ('hand', 'spoken', 'round')),
  raised_at     timestamptz not null,
  cleared_at    timestamptz,
  cleared_by    text collate "C" constraint blocker_cleared_fk references account on delete set null
);
create index blocker_by_workspace on blocker (workspace_id, raised_at);
create index blocker_by_occurrence on blocker (occurrence_id) where occurrence_id is not null;

-- A blocker that came up again in a later occurrence of a round.
create table blocker_mention (
  blocker_id    text collate "C" not null constraint blocker_mention_blocker_fk references blocker on delete cascade,
  occurrence_id text collate "C" not null constraint blocker_mention_occurrence_fk references occurrence on delete cascade,
  at            timestamptz not null,
  constraint blocker_mention_pk primary key (blocker_id, occurrence_id)
);
create index blocker_mention_by_occurrence on blocker_mention (occurrence_id);

-- +goose Down
drop table blocker_mention, blocker, decision_person, decision, ask, norms;
