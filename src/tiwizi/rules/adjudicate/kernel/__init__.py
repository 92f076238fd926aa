"""The compiled engine: the rules of the reference over columns, household after household.

One function interprets the plan's instruction table (rules.plan.compile), so a new plan compiles no machine code. It
holds no lock of the interpreter: threads take ranges of households. Every file mirrors one of the reference, with its
names and its order; tests/rules/adjudicate/test_engines_agree.py holds the two equal on random plans and claims.
"""
