-- Generic cell rate algorithm. KEYS[1] holds when a caller who calls evenly would come next, in microseconds of the server's
-- clock. ARGV: microseconds between calls, calls that may come at once. Answers how long to wait, in microseconds; 0: admitted.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local period, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local next = math.max(tonumber(redis.call('GET', KEYS[1]) or 0), now)
local wait = next - period * (burst - 1) - now
if wait > 0 then return wait end
redis.call('SET', KEYS[1], string.format('%.0f', next + period), 'PX', math.ceil((next + period - now) / 1000))
return 0
