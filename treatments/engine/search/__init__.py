"""Exact answers about a case that is known in part: split, look up, and remember.

A state is a set of regions for each base variable, a bit a region: all values that the
unknown facts may still have. Here is a split, worked through. Two rules speak of one
treatment, and how many weeks the pain has lasted is not known:

====  ============  ================
rule  ``weeks``     effect on ENDO
====  ============  ================
E-1   ``>= 6``      indicated
E-2   ``< 6``       indicated
====  ============  ================

The cells cut the range, 0 to 20, into two regions, here with a value of each, and the
state is "any of the two":

>>> weeks = program.variables[program.index["weeks"]]
>>> weeks.representatives
(0, 6)
>>> base = tuple(program.masks({}, {}))
>>> [bin(mask) for mask in base]
['0b11']

Rule by rule, Kleene's logic leaves two statuses possible: as far as it can tell, both
rules may fail. No split has been made yet, and so this is not the answer:

>>> question = StatusQuestion(program, "ENDO")
>>> truth = program.propagate(base)
>>> sorted(str(status) for status in question.possible(truth))
['not_indicated', 'suitable']

Both rules are undetermined and decide. The state is split by the first open cell of the
first of them into the regions that it accepts and those that it does not:

>>> [program.rules[number].id for number in question.deciding(truth)]
['E-1', 'E-2']
>>> split = next(splits(program, truth, question.deciding(truth)))
>>> bin(split.accepted), bin(base[split.at] & ~split.accepted)
('0b10', '0b1')

In each half one rule surely holds, one status is left, and the half is done. Three
states were entered, and over all completions the treatment is suitable:

>>> budget = Budget(10)
>>> [(str(s), bin(*state)) for s, state in search(program, question, base, budget)]
[('suitable', '0b10')]
>>> 10 - budget.left
3

Two things are remembered. What a state says of a question depends on the truth of the
question's own rules alone, so it is memoised by these two sets of rules; and a state
whose key (:func:`.completions.state_key`) was met before is not entered again, be its
other facts known or not:

>>> len(question._summaries)
3
>>> key, facts = state_key(program, question.summary(truth), truth)
>>> facts == 1 << program.index["weeks"]
True
"""
