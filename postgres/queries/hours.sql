-- name: HoursOf :many
-- Everybody who is asked for, with their hours if they have said any.
select account.id as account_id, account.time_zone, (hours.account_id is not null)::bool as said,
       coalesce(hours.days, '{}')::int[] as days, coalesce(hours.work_from, 0)::int as work_from, coalesce(hours.work_to, 0)::int as work_to,
       coalesce(hours.core_from, 0)::int as core_from, coalesce(hours.core_to, 0)::int as core_to,
       coalesce(hours.quiet_from, 0)::int as quiet_from, coalesce(hours.quiet_to, 0)::int as quiet_to
  from account left join hours on hours.account_id = account.id
 where account.id = any(@accounts::text[]);

-- name: PutHours :exec
insert into hours (account_id, days, work_from, work_to, core_from, core_to, quiet_from, quiet_to)
values (@account_id, @days, @work_from, @work_to, @core_from, @core_to, @quiet_from, @quiet_to)
on conflict (account_id) do update set days = excluded.days, work_from = excluded.work_from, work_to = excluded.work_to,
  core_from = excluded.core_from, core_to = excluded.core_to, quiet_from = excluded.quiet_from, quiet_to = excluded.quiet_to;

-- name: SetTimeZone :execrows
update account set time_zone = @time_zone where id = @id;

-- name: DaysOff :many
select id, account_id, first_day, last_day, reason, source from day_off
 where account_id = any(@accounts::text[]) order by account_id, first_day, last_day;

-- name: LockAccount :one
-- What belongs to a person changes one thing at a time.
select id from account where id = @id for no key update;

-- name: CountDaysOff :one
select count(*) from day_off where account_id = @account_id;

-- name: InsertDayOff :execrows
insert into day_off (id, account_id, first_day, last_day, reason, source)
values (@id, @account_id, @first_day, @last_day, @reason, @source)
on conflict on constraint day_off_unique do nothing;

-- name: DeleteDayOff :execrows
delete from day_off where account_id = @account_id and id = @id;

-- name: DeleteImportedDaysOff :execrows
delete from day_off where account_id = @account_id and source = 'ics';
