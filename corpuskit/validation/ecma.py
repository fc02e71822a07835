"""What patterns mean by ECMA 262."""

# The characters that `\\s` stands for in a pattern (ECMA 262, 22.2.2.9).
WHITE = "\t\n\v\f\r \u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff" + "".join(
    map(chr, range(0x2000, 0x200B))
)
