# What pandoc's man writer leaves for mandoc -Tlint to complain about: an empty paragraph right behind
# a heading, and two font names that only groff knows.
/^\.S[HS]/ {
  :heading
  n
  /^\.S[HS]/ b heading
  /^\.PP$/ d
}
s/\\f\[C\]/\\f[CR]/g
s/\\f\[V\]/\\f[CR]/g
# A terminal has 80 columns: tables are made for 70n beside the margin, which is too wide by their gaps;
# blocks of text as it is stand two columns in, not seven; and lines are not stretched to the margin.
/^l.*w(.*n)/ s/w(\([0-9.]*\)n)/w(\1n*9u\/10u)/g
/^\.TH /a\
.ad l
/^\.IP$/ {
  N
  s/^\.IP\n\.nf$/.RS 2\n.nf/
}
s/^\.fi$/.fi\n.RE/
