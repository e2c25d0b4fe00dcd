"""Two versions of the rules asked of every stored case: who would be advised what.

`cases` reads the stored cases, `comparison` asks both versions of some of them,
`jobs` goes through all of them chunk by chunk, `causes` says which rules moved
one of them, and `services` and `views` are what an administrator does and sees.
"""
