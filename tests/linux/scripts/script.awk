BEGIN { for (i = 1; i <= 5; i++) s = s " " i / 3; print s; print length(sprintf("%c", 256)), toupper("abc") }
{ n[NF]++; sum += $1 }
END { for (k in n) print k, n[k] | "sort"; close("sort"); print sum, substr("hello", 2, 3), match("foobar", /o+/), RSTART, RLENGTH
  "echo piped" | getline line; print line; print strftime("%Y", 0, 1), and(12, 10), gensub(/(a)(b)/, "\\2\\1", 1, "ab") }
