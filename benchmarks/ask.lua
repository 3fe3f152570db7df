-- For wrk: asks in turn what each line of a file says, and prints what came of it in one line. A line is a method, a path,
-- how many header fields follow, each in the form NAME=VALUE, and a body, with tabs between them.
local asked, at = {}, 0

function init(args)
  for line in io.lines(args[1]) do
    local parts = {}
    for part in line:gmatch("[^\t]+") do parts[#parts + 1] = part end
    local headers = { Host = wrk.headers["Host"] }
    local last = 3 + tonumber(parts[3])
    for n = 4, last do
      local name, value = parts[n]:match("^(.-)=(.*)$")
      headers[name] = value
    end
    asked[#asked + 1] = wrk.format(parts[1], parts[2], headers, parts[last + 1])
  end
end

function request()
  at = at % #asked + 1
  return asked[at]
end

function done(summary, latency)
  local wrong = summary.errors
  io.write(string.format("told %d %d %d %d %d\n", summary.requests, summary.duration, latency:percentile(50),
    latency:percentile(99), wrong.connect + wrong.read + wrong.write + wrong.status + wrong.timeout))
end
