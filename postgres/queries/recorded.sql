-- name: SetRecorded :execrows
update occurrence set recorded_at = @recorded_at::timestamptz where id = @id and closed_at is not null and recorded_at is null;
