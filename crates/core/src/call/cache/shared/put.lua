-- Writes an entry, if all tags still have the versions that it was read under.
--
-- KEYS[1]: the entry. KEYS[2..]: the versions.
-- ARGV[1]: what the versions were, 16 bytes each. ARGV[2]: the entry. ARGV[3]: its end, in ms of this Redis' clock.
-- ARGV[4]: how long the versions stay at least, in ms: longer than the entry.

for i = 2, #KEYS do
    if redis.call('GET', KEYS[i]) ~= string.sub(ARGV[1], 16 * i - 31, 16 * i - 16) then
        return 0
    end
end
redis.call('SET', KEYS[1], ARGV[2], 'PXAT', ARGV[3])
for i = 2, #KEYS do
    if redis.call('PTTL', KEYS[i]) < tonumber(ARGV[4]) then
        redis.call('PEXPIRE', KEYS[i], ARGV[4])
    end
end
return 1
