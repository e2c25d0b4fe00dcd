"""Every write to patients and cases: atomic, audited, keyword-only.

Audit details hold what changed, before and after, where it is a coded value; of names,
numbers, dates of birth and notes only that they changed.
"""
