-- Charges keys by GCRA: all of them, or none. The arithmetic is that of gcra.rs; `vectors.json` holds both to it.
--
-- A key holds its theoretical arrival time, in whole microseconds of this Redis' clock, which a number of Lua holds exactly.
-- One that is not there, or holds something else, owes nothing.
--
-- KEYS: each once. ARGV: for each key its interval and tolerance in microseconds, the units that it must give, and those that
-- it may. Both 0 looks and takes nothing.
-- Answers whether all fitted, 1 or 0, and then for each key the units that it gave and the microseconds that it owes now.

local function put(key, tat)
    -- A moment and no time from now, which would begin when the script did. No sooner than it has paid, or a debt would be
    -- forgotten.
    local ends = math.ceil(tat / 1000) + 1
    redis.call('SET', key, string.format('%.0f', tat), 'PXAT', string.format('%.0f', ends))
end

local function charge(now)
    local fits, tats, went_back, available = 1, {}, {}, {}
    for i, key in ipairs(KEYS) do
        local interval, tolerance = tonumber(ARGV[4 * i - 3]), tonumber(ARGV[4 * i - 2])
        local latest = now + tolerance
        -- Protected: a key of another type is one that is not there.
        local tat = tonumber(redis.pcall('GET', key)) or now
        -- Later than the tolerance allows is only what was charged before the clock went back. What compares with nothing is
        -- no better.
        went_back[i] = not (tat <= latest)
        tats[i] = went_back[i] and latest or math.max(tat, now)
        available[i] = math.floor((latest - tats[i]) / interval)
        if available[i] < tonumber(ARGV[4 * i - 1]) then
            fits = 0
        end
    end
    local answer = { fits }
    for i, key in ipairs(KEYS) do
        local gives = fits * math.min(tonumber(ARGV[4 * i]), available[i])
        tats[i] = tats[i] + gives * tonumber(ARGV[4 * i - 3])
        if gives > 0 or went_back[i] then
            put(key, tats[i])
        end
        answer[2 * i] = gives
        answer[2 * i + 1] = tats[i] - now
    end
    return answer
end
