-- One look-up: an entry, and the version of each of its tags.
--
-- KEYS[1]: the entry. KEYS[2..]: the versions.
-- ARGV[1]: 16 random bytes, the version of a tag that has none. ARGV[2]: how long such a one stays, in ms.
-- ARGV[3]: the longest entry that is asked for, in bytes.
--
-- Protected calls: a key of another type is one that is not there. A Redis that is full refuses to make a version, and with
-- it the look-up.

local versions = {}
for i = 2, #KEYS do
    local version = redis.pcall('GET', KEYS[i])
    if type(version) ~= 'string' or #version ~= 16 then
        version = ARGV[1]
        redis.call('SET', KEYS[i], version, 'PX', ARGV[2])
    end
    versions[i - 1] = version
end

local entry = false
local length = redis.pcall('STRLEN', KEYS[1])
if type(length) == 'number' and length <= tonumber(ARGV[3]) then
    entry = redis.call('GET', KEYS[1])
end

local time = redis.call('TIME')
local clock = time[1] * 1000 + math.floor(time[2] / 1000)
return { entry, redis.call('PTTL', KEYS[1]), clock, table.concat(versions) }
