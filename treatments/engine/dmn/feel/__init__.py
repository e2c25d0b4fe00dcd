"""FEEL, the expression language of DMN, as far as decision tables need it.

All of S-FEEL (conformance level 2) and, of level 3, lists, contexts, filters,
quantifiers, iterations, dates, times, durations and the functions without regular
expressions. Nothing here reads a clock, a file or the network.
"""
