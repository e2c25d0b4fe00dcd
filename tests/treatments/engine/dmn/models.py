"""Small models of the tests' own, written as the tools write them."""

from collections.abc import Iterable, Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

from treatments.engine import evaluate_decision, load_dmn

NAMESPACES = {
    "1.1": "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
    "1.2": "http://www.omg.org/spec/DMN/20180521/MODEL/",
    "1.3": "https://www.omg.org/spec/DMN/20191111/MODEL/",
    "1.4": "https://www.omg.org/spec/DMN/20211108/MODEL/",
    "1.5": "https://www.omg.org/spec/DMN/20230324/MODEL/",
}


def definitions(*parts: str, version: str = "1.5") -> bytes:
    xml = "\n".join(
        (
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<definitions xmlns="{NAMESPACES[version]}" name="m" namespace="urn:m">',
            *parts,
            "</definitions>",
        )
    )
    return xml.encode()


def text(element: str, content: str, **attributes: str) -> str:
    written = "".join(
        f" {name}={quoteattr(value)}" for name, value in attributes.items()
    )
    return f"<{element}{written}><text>{escape(content)}</text></{element}>"


def input_data(name: str, of: str = "") -> str:
    typed = f" typeRef={quoteattr(of)}" if of else ""
    return (
        f"<inputData id={quoteattr('in ' + name)} name={quoteattr(name)}>"
        f"<variable name={quoteattr(name)}{typed}/></inputData>"
    )


def decision(
    name: str,
    logic: str,
    *,
    inputs: Iterable[str] = (),
    decisions: Iterable[str] = (),
    knowledge: Iterable[str] = (),
    of: str = "",
) -> str:
    typed = f" typeRef={quoteattr(of)}" if of else ""
    links = [
        f"<informationRequirement><{kind} href={quoteattr('#' + key + one)}/>"
        "</informationRequirement>"
        for kind, key, names in (
            ("requiredInput", "in ", inputs),
            ("requiredDecision", "d ", decisions),
        )
        for one in names
    ]
    links += [
        f"<knowledgeRequirement><requiredKnowledge href={quoteattr('#k ' + one)}/>"
        "</knowledgeRequirement>"
        for one in knowledge
    ]
    return (
        f"<decision id={quoteattr('d ' + name)} name={quoteattr(name)}>"
        f"<variable name={quoteattr(name)}{typed}/>{''.join(links)}{logic}</decision>"
    )


def bkm(
    name: str,
    parameters: Mapping[str, str],
    logic: str,
    *,
    knowledge: Iterable[str] = (),
) -> str:
    formal = "".join(
        f"<formalParameter name={quoteattr(one)}"
        + (f" typeRef={quoteattr(of)}" if of else "")
        + "/>"
        for one, of in parameters.items()
    )
    links = "".join(
        f"<knowledgeRequirement><requiredKnowledge href={quoteattr('#k ' + one)}/>"
        "</knowledgeRequirement>"
        for one in knowledge
    )
    return (
        f"<businessKnowledgeModel id={quoteattr('k ' + name)} name={quoteattr(name)}>"
        f"<encapsulatedLogic>{formal}{logic}</encapsulatedLogic>{links}"
        "</businessKnowledgeModel>"
    )


def literal(content: str, **attributes: str) -> str:
    return text("literalExpression", content, **attributes)


def column(expression: str, of: str = "", values: str = "") -> str:
    attributes = {"typeRef": of} if of else {}
    listed = text("inputValues", values) if values else ""
    return f"<input>{text('inputExpression', expression, **attributes)}{listed}</input>"


def output(name: str = "", of: str = "", values: str = "", default: str = "") -> str:
    attributes = (f" name={quoteattr(name)}" if name else "") + (
        f" typeRef={quoteattr(of)}" if of else ""
    )
    listed = text("outputValues", values) if values else ""
    missing = text("defaultOutputEntry", default) if default else ""
    return f"<output{attributes}>{listed}{missing}</output>"


def rule(cells: Sequence[str], outputs: Sequence[str]) -> str:
    entries = [text("inputEntry", cell) for cell in cells]
    entries += [text("outputEntry", one) for one in outputs]
    return f"<rule>{''.join(entries)}</rule>"


def table(
    columns: Sequence[str],
    outputs: Sequence[str],
    rules: Iterable[tuple[Sequence[str], Sequence[str]]],
    policy: str = "UNIQUE",
    aggregation: str = "",
) -> str:
    totals = f" aggregation={quoteattr(aggregation)}" if aggregation else ""
    rows = "".join(rule(cells, says) for cells, says in rules)
    return (
        f"<decisionTable hitPolicy={quoteattr(policy)}{totals}>"
        f"{''.join(columns)}{''.join(outputs)}{rows}</decisionTable>"
    )


def answered(logic: str, inputs: Mapping[str, object], of: str = "", **more: object):
    """What one decision of this logic, over these inputs, is evaluated to."""
    model = load_dmn(
        definitions(
            *(input_data(name) for name in inputs),
            decision("answer", logic, inputs=inputs, of=of),
        )
    )
    return evaluate_decision(model, "answer", inputs, **more)
