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
