# reap LOCK PID DIR: ends the test cluster PID in DIR when no process has held
# LOCK for 30 s. The lock is kept meanwhile, so that nobody joins what is going.
exec 9<>"$1" </dev/null >/dev/null 2>&1
while kill -0 "$2"; do
	flock -x 9 && flock -u 9
	sleep 30
	flock -n -x 9 || continue
	kill -INT "$2"
	while kill -0 "$2"; do sleep 0.1; done
	rm -rf "$3"
	exit
done
