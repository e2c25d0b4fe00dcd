"""What to ask next: the open question whose answer an advice can least do without.

Likely completions of a case are drawn from a prior over answers, always the same ones,
and answered in a batch. A question is worth more, the more of them come to something
else by its answer alone, and the cheaper it is to ask. That is an order of questions
and no guarantee: what can change the advice is decided by :mod:`..search`, exactly.
"""
