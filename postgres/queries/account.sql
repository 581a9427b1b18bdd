-- name: InsertAccount :exec
insert into account (id, email, name, time_zone, password_hash) values (@id, @email, @name, @time_zone, @password_hash);

-- name: Account :one
select sqlc.embed(account) from account where id = @id;

-- name: AccountByEmail :one
select sqlc.embed(account) from account where email = @email;

-- name: SetProfile :execrows
update account set name = @name, time_zone = @time_zone where id = @id;

-- name: SetPasswordHash :execrows
update account set password_hash = @password_hash where id = @id;
