"""Printed values made by hand: a ladder, an emergency, and texts out to do harm."""

from dataclasses import replace

from treatments.reports.content import (
    Attachment,
    Header,
    Opinion,
    PrintedAlert,
    PrintedChip,
    PrintedCitation,
    PrintedEntry,
    PrintedOption,
    PrintedReason,
    PrintedRung,
    PrintedSection,
    PrintedUnknowns,
    Provenance,
    ReportContext,
)

CASE = {
    "contract": 1,
    "case_id": "8a6f7d52-7a0e-4f0e-9a87-0c43c8f0f001",
    "responsible_level": "L5-S1",
    "facts": {"age_years": 43, "sex": "female"},
    "discs": [{"level": "L5-S1", "herniation_type": "extrusion", "contained": False}],
}
EVALUATION = {"contract": 1, "disposition": "ladder", "options": []}

HEADER = Header(
    reference="A1B2C3D4",
    status="preliminary",
    status_text="Preliminary",
    status_note="No decision is recorded yet.",
    queued_at="2026-11-21T08:30:00+00:00",
    printed_at="2026-11-21 08:30 UTC",
    requested_by="Sam Ode",
    team="Spine unit",
    patient="Zhang 张, Wei 伟",
    identifier="H-0012345",
    birth_date="1983-04-02",
    sex="Female",
    case_version="2",
    occurred_on="2026-11-20",
    evaluated_at="2026-11-21 08:29 UTC",
    responsible_level="L5-S1",
    decider="The treating surgeon",
    decision="No decision is recorded yet",
    decision_note="",
)

PROVENANCE = Provenance(
    ruleset="Lumbar disc herniation (lumbar_disc_herniation)",
    version="1.0.0",
    sha256="3f2a" * 16,
    sign_off="Not signed off by a surgeon: not for clinical use",
    engine_version="1.0.0",
    intended_use="For spine surgeons and the residents they supervise.",
)


def a_reason(effect: str, rule: str, text: str, **more: object) -> PrintedReason:
    values = {
        "strength": "strong",
        "certainty": "moderate",
        "sources": ("S001-16", "B24"),
        "overdue": "",
        **more,
    }
    return PrintedReason(effect=effect, rule=rule, text=text, **values)


ADVISED = PrintedOption(
    titles=("Interlaminar full-endoscopic discectomy",),
    rung="Full-endoscopic discectomy",
    status="recommended",
    status_text="Option to consider first",
    reasons=(
        a_reason(
            "indicated", "ENDO-IL-01", "At L5-S1 the interlaminar window is wide."
        ),
        a_reason(
            "caution",
            "ENDO-IL-08",
            "A defect of ≥ 6 mm is not closed by this route.",
            overdue="2026-01-31",
        ),
    ),
    open_rules=("ENDO-IL-11",),
    open_facts=("Annular defect width",),
    advantages=("Small wound and little muscle damage", "Short stay"),
    disadvantages=("Does not close the annulus", "Long learning curve"),
)

OTHERS = (
    PrintedOption(
        titles=("Conservative care",),
        rung="Conservative care",
        status="unsuitable",
        status_text="Unsuitable, may be overridden",
        reasons=(a_reason("unsuitable", "CONS-07", "Six weeks of care did not help."),),
        open_rules=(),
        open_facts=(),
        advantages=(),
        disadvantages=(),
    ),
    PrintedOption(
        titles=("Plasma nucleoplasty", "Radiofrequency"),
        rung="Percutaneous intradiscal decompression",
        status="contraindicated",
        status_text="Contraindicated",
        reasons=(
            a_reason("contraindicated", "PERC-03", "The herniation is not contained."),
        ),
        open_rules=(),
        open_facts=(),
        advantages=(),
        disadvantages=(),
    ),
    PrintedOption(
        titles=("Microendoscopic discectomy with annulus suture",),
        rung="MED with annulus suture",
        status="undetermined",
        status_text="Open: an unknown answer decides",
        reasons=(),
        open_rules=("MED-S-02", "MED-S-07"),
        open_facts=("Posterior disc height", "Annular defect width"),
        advantages=(),
        disadvantages=(),
    ),
)

RUNGS = (
    PrintedRung(
        "Conservative care",
        (PrintedChip("Conservative care", "unsuitable", "Unsuitable"),),
    ),
    PrintedRung(
        "Percutaneous intradiscal decompression",
        tuple(
            PrintedChip(title, "contraindicated", "Contraindicated")
            for title in (
                "Plasma nucleoplasty",
                "Radiofrequency",
                "Laser",
                "Ozone",
                "Suction",
                "Collagenase",
            )
        ),
    ),
    PrintedRung(
        "Full-endoscopic discectomy (foraminoscopy)",
        (
            PrintedChip(
                "Transforaminal endoscopic discectomy", "unsuitable", "Unsuitable"
            ),
            PrintedChip("Interlaminar endoscopic discectomy", "recommended", "Advised"),
        ),
    ),
    PrintedRung(
        "Microendoscopic discectomy",
        (PrintedChip("Microendoscopic discectomy", "suitable", "Suitable"),),
    ),
    PrintedRung(
        "MED with annulus suture",
        (PrintedChip("MED with annulus suture", "undetermined", "Undetermined"),),
    ),
    PrintedRung(
        "Small-opening discectomy",
        (PrintedChip("Small-opening discectomy", "caution", "With caution"),),
    ),
    PrintedRung(
        "Fixation",
        (
            PrintedChip("Fusion", "not_indicated", "Not indicated"),
            PrintedChip("Elastic fixation", "not_indicated", "Not indicated"),
            PrintedChip("Hybrid fixation", "unavailable", "Not offered here"),
        ),
    ),
)

LADDER = ReportContext(
    header=HEADER,
    disposition="ladder",
    urgency="early",
    urgency_text="Surgery works best within six months of onset.",
    headline=ADVISED.titles[0],
    lead="The herniation is removed through the window between two laminae.",
    next_steps=(),
    robust="Open: an answer that is not known yet could change the advice.",
    grounds=(a_reason("", "TRIAGE-07", "No red flag was found."),),
    alerts=(
        PrintedAlert("warning", "The MRI is older than 6 months.", "ALERT-01"),
        PrintedAlert("info", "Count the level twice.", "ALERT-02"),
    ),
    problems=(),
    rungs=RUNGS,
    ladder_text="The treatment ladder from the lowest rung up: all of it in words.",
    advised=ADVISED,
    options=OTHERS,
    sections=(
        PrintedSection(
            "Presentation",
            (
                PrintedEntry("Leg pain", "7 NRS"),
                PrintedEntry("Pain pattern", "Radicular"),
            ),
            ("First episode",),
            ("Neurogenic claudication", "Symptoms in both legs"),
        ),
        PrintedSection(
            "Red flags", (), (), ("Saddle anaesthesia", "Bladder dysfunction")
        ),
        PrintedSection(
            "Disc L5-S1, responsible",
            (
                PrintedEntry("Type of herniation", "Extrusion"),
                PrintedEntry("Canal compromise", "35 %"),
            ),
            (),
            ("Contained",),
        ),
    ),
    unknown=(
        PrintedUnknowns(
            "Could change the advice", ("Disc height (L5-S1)",), matters=True
        ),
        PrintedUnknowns("Cannot change the advice", ("Smoking",), matters=False),
    ),
    assumed=(PrintedEntry("Calcification", "None"),),
    to_ask=(
        PrintedEntry("Annular defect", "under 6 mm: MED · 6 to 10 mm: MED with suture"),
    ),
    changes=(PrintedEntry("Trend: Stable → Improving", "Conservative care"),),
    derived=(
        PrintedEntry("Motor deficit", "Mild"),
        PrintedEntry("Instability", "Not determined"),
    ),
    note="Prefers to keep working.\nAsked about day surgery.",
    reviews=(
        Opinion("Rae Lin", "Agree", "", "Fits the films.", "2026-11-21 08:29 UTC"),
    ),
    citations=(
        PrintedCitation(
            "B24", "Author A. A trial of two routes. Journal 2019;1:1-9.", True
        ),
        PrintedCitation("S001-16", "Source text 1, statement 16.", False),
    ),
    provenance=PROVENANCE,
    substitutions=False,
    attachments=(
        Attachment("case.json", "The case as it was evaluated (contract 1)", CASE),
        Attachment("evaluation.json", "The whole evaluation (contract 1)", EVALUATION),
    ),
)

EMERGENCY = replace(
    LADDER,
    disposition="emergency",
    urgency="emergency",
    headline="Emergency pathway: the ladder stops here",
    next_steps=("On-call spine service: hand the case over.",),
    lead="Cauda equina syndrome is suspected. Emergency MRI; on-call spine pathway.",
    grounds=(
        a_reason("", "TRIAGE-01", "A new bladder disorder with saddle numbness."),
    ),
    rungs=(),
    ladder_text="",
    advised=None,
    options=(),
)


def with_patient(name: str) -> ReportContext:
    return replace(LADDER, header=replace(HEADER, patient=name))
