-- No arguments. As workers do; a job that has lost too many leases is buried by the next one.
UPDATE jobs SET state = 'queued', stage = 'queued', leased_until = NULL, lost_leases = lost_leases + 1
WHERE state = 'running' AND leased_until < now() - interval '5 minutes'
