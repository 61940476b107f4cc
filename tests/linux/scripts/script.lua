local t = {}
for i = 1, 100 do t[i] = (i * 7919) % 101 end
table.sort(t)
print(_VERSION, table.concat(t, " ", 1, 20))
print(2 ^ 53, math.pi, 7 // 2, string.format("%q %5.2f", "a\n", 1 / 3))
print(pcall(error, "thrown"))
local c = coroutine.wrap(function() for i = 1, 3 do coroutine.yield(i) end end)
print(c(), c(), c())
local f = assert(io.open("lua.out", "w"))
f:write("written ", 42, "\n")
f:close()
for line in io.lines("lua.out") do print(line) end
print(os.remove("lua.out"), os.remove("lua.out"))
