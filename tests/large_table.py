"""A decision table as large as one gets, for measuring."""

import random

RULES, COLUMNS = 80, 30


def large(document, table="cons"):
    """The ruleset with one table grown to 80 rules over 30 facts, six cells each."""
    draw = random.Random(5)
    facts = {f["name"]: f for f in document["facts"] if f["scope"] in ("case", "disc")}
    head = next(t for t in document["tables"] if t["id"] == table)
    inputs = [name for name in facts if name != "level"][:COLUMNS]
    rules = [
        {
            **draw.choice(head["rules"]),
            "id": f"BIG-{at:02}",
            "cells": {n: any_cell(facts[n], draw) for n in draw.sample(inputs, 6)},
        }
        for at in range(RULES)
    ]
    grown = {**head, "inputs": inputs, "rules": rules}
    tables = [grown if t["id"] == table else t for t in document["tables"]]
    return {**document, "tables": tables}


def any_cell(fact, draw):
    if fact["type"] == "bool":
        return draw.choice(["true", "false"])
    if fact["type"] == "enum":
        return f'"{draw.choice(fact["values"])}"'
    return f">= {draw.randint(int(fact['minimum']), int(fact['maximum']))}"
