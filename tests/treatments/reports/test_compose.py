"""Rows to printed values: complete, in words, and as of the moment of asking."""

import datetime
from uuid import uuid4

import pytest
from django.utils import timezone

from tests.treatments.reports.conftest import CASE, with_facts
from treatments.models import Decision, Report, Review
from treatments.reports.compose import freeze
from treatments.reports.glyphs import breakable
from treatments.reports.render import render

pytestmark = pytest.mark.django_db


@pytest.fixture
def frozen(dr_surgeon):
    """The printed values of a recommendation, as if asked for now."""

    def freeze_now(recommendation, status="preliminary", at=None):
        return freeze(
            Report(
                recommendation=recommendation,
                requested_by=dr_surgeon,
                request_key=uuid4(),
                status=status,
                queued_at=at or timezone.now(),
            )
        )

    return freeze_now


def test_the_header_names_patient_team_version_and_who_asked(a_recommendation, frozen):
    recommendation = a_recommendation(identifier="H-77")
    header = frozen(recommendation).header
    assert header.patient == "Zhang, Wei 伟"
    assert (header.identifier, header.birth_date) == ("H-77", "1983-04-02")
    assert (header.team, header.case_version) == ("Spine unit", "1")
    assert header.requested_by == "Sam Ode"
    assert header.responsible_level == "L5-S1"


def test_every_treatment_is_in_the_drawing_and_in_the_text(
    a_recommendation, frozen, ruleset
):
    context = frozen(a_recommendation())
    chips = [chip for rung in context.rungs for chip in rung.chips]
    titles = [title for option in context.options for title in option.titles]
    assert len(chips) == len(ruleset.treatments)
    assert {*titles, context.headline} == {
        treatment.title for treatment in ruleset.treatments.values()
    }
    assert [chip.status for chip in chips].count("recommended") == 1


def test_the_first_option_carries_rule_source_strength_and_certainty(
    a_recommendation, frozen, ruleset
):
    context = frozen(a_recommendation())
    for reason in context.advised.reasons:
        rule = ruleset.rules[reason.rule]
        assert (reason.text, reason.strength) == (rule.rationale, rule.strength)
        assert (reason.certainty, reason.sources) == (rule.certainty, rule.sources)
    assert context.advised.advantages
    assert context.advised.disadvantages


def test_every_source_of_a_printed_reason_is_listed_and_flagged(
    a_recommendation, frozen, ruleset
):
    context = frozen(a_recommendation())
    options = (context.advised, *context.options)
    named = {s for o in options for reason in o.reasons for s in reason.sources}
    listed = {citation.id: citation for citation in context.citations}
    assert named <= set(listed)
    for citation in listed.values():
        source = ruleset.sources[citation.id]
        assert citation.to_be_verified == source.to_be_verified
        assert citation.text == breakable(source.citation)
    assert any(citation.to_be_verified for citation in listed.values())


def test_options_that_share_their_fate_are_told_once(a_recommendation, frozen):
    context = frozen(a_recommendation())
    percutaneous = [o for o in context.options if o.rung.startswith("Percutaneous")]
    assert [len(option.titles) for option in percutaneous] == [6]


def test_each_option_that_is_not_advised_says_why_not(a_recommendation, frozen):
    context = frozen(a_recommendation(with_facts(unfit_for_general_anaesthesia=True)))
    assert context.advised.why_not == ""
    assert context.why_none == ()
    for option in context.options:
        assert option.why_not or option.open_rules
        if option.why_not == "Against it, as below":
            assert {"contraindicated", "unsuitable"} & {
                reason.effect for reason in option.reasons
            }
    told = [option.why_not.partition(":")[0] for option in context.options]
    assert "Against it, as below" in told
    assert "It would need" in told


def test_without_advice_each_option_says_what_it_waits_for(a_recommendation, frozen):
    case = {**CASE, "facts": {}}
    context = frozen(a_recommendation(case))
    assert context.disposition == "insufficient_data"
    named = {title for entry in context.why_none for title in entry.label.split(", ")}
    assert "Conservative care" in named
    assert any(entry.value.startswith("Not known") for entry in context.why_none)


def test_what_was_not_worked_out_says_why(a_recommendation, frozen):
    context = frozen(a_recommendation({"contract": 1, "facts": {}, "discs": []}))
    assert context.robust.endswith("The responsible level is not known.")
    titles = [group.title for group in context.unknown]
    assert any(
        title.endswith("The responsible level is not known.") for title in titles
    )


def test_what_is_unknown_is_never_among_the_answers(a_recommendation, frozen):
    context = frozen(a_recommendation())
    unknown = {label for group in context.unknown for label in group.labels}
    printed = set()
    for section in context.sections:
        printed |= {entry.label for entry in section.measured}
        printed |= {*section.yes, *section.no}
    assert "Disc height kept" in unknown
    assert "Oswestry Disability Index" in unknown
    assert not unknown & printed - {"Pfirrmann grade"}


def test_what_was_assumed_is_printed_with_its_value(a_recommendation, frozen):
    recommendation = a_recommendation()
    context = frozen(recommendation)
    assumed = {(e.label, e.value) for e in context.assumed}
    assert len(assumed) == len(recommendation.evaluation_document["assumed"]) > 0
    assert ("Calcification", "None (could change it)") in assumed
    unknown = {label for group in context.unknown for label in group.labels}
    assert not unknown & {label for label, _ in assumed}


def test_a_conclusion_that_rests_on_an_assumed_fact_says_so(a_recommendation, frozen):
    recommendation = a_recommendation()
    recommendation.evaluation_document["assumed"] = [
        {"fact": "translation_mm", "value": 0}
    ]
    recommendation.evaluation_document["derived"] = {
        "instability": "no",
        "motor_deficit": "none",
    }
    printed = {entry.label: entry.value for entry in frozen(recommendation).derived}
    assert printed == {
        "Segmental instability": "no (on what is assumed)",
        "Motor deficit": "none",
    }


def test_an_overdue_review_of_a_rule_is_flagged(a_recommendation, frozen, ruleset):
    recommendation = a_recommendation()
    rule = frozen(recommendation).advised.reasons[0].rule
    due = ruleset.rules[rule].review_by
    after = datetime.datetime.combine(due, datetime.time(12), datetime.UTC)
    on_the_day = frozen(recommendation, at=after).advised.reasons[0]
    a_day_late = frozen(recommendation, at=after + datetime.timedelta(days=1))
    assert on_the_day.overdue == ""
    assert a_day_late.advised.reasons[0].overdue == due.isoformat()


@pytest.mark.parametrize(
    ("facts", "disposition"),
    [
        ({"saddle_anaesthesia": True}, "emergency"),
        ({"suspected_infection": True}, "diagnose_first"),
        ({"saddle_anaesthesia": None}, "insufficient_data"),
    ],
)
def test_without_a_place_on_the_ladder_nothing_is_advised(
    a_recommendation, frozen, facts, disposition
):
    case = with_facts(**{k: v for k, v in facts.items() if v is not None})
    for name in (name for name, value in facts.items() if value is None):
        del case["facts"][name]
    context = frozen(a_recommendation(case))
    assert context.disposition == disposition
    assert context.advised is None
    assert (context.rungs, context.options, context.ladder_text) == ((), (), "")
    assert context.lead
    assert context.next_steps


def test_an_emergency_names_the_flag_with_its_rule(a_recommendation, frozen):
    context = frozen(a_recommendation(with_facts(saddle_anaesthesia=True)))
    assert [reason.rule for reason in context.grounds][:1] == ["TRIAGE-01"]
    assert len(context.grounds) > 1
    red_flags = next(s for s in context.sections if s.title == "Red flags")
    assert red_flags.yes == ("Saddle anaesthesia",)
    assert context.lead.startswith("Entered: Saddle anaesthesia\n")


def test_the_report_says_the_same_next_steps_as_the_page(
    a_recommendation, frozen, sign_in, dr_surgeon
):
    recommendation = a_recommendation(with_facts(saddle_anaesthesia=True))
    page = sign_in(dr_surgeon).get(recommendation.get_absolute_url()).content.decode()
    steps = frozen(recommendation).next_steps
    assert len(steps) > 1
    assert [step for step in steps if f"<li>{step}" not in page] == []


def test_without_a_decision_the_treating_surgeon_decides(a_recommendation, frozen):
    header = frozen(a_recommendation()).header
    assert header.decider == "The treating surgeon"
    assert header.decision == "No decision is recorded yet"


def test_the_newest_decision_is_printed_with_name_reason_and_note(
    a_recommendation, frozen, dr_surgeon
):
    recommendation = a_recommendation()
    for outcome, treatment, reason in (
        ("deferred", "", ""),
        ("overridden", "MED", "patient-preference"),
    ):
        Decision.objects.create(
            recommendation=recommendation,
            outcome=outcome,
            treatment=treatment,
            override_reason=reason,
            note="Talked it over.",
            decided_by=dr_surgeon,
        )
    header = frozen(recommendation, "final").header
    assert header.decision.startswith("Overridden: Microendoscopic discectomy (")
    assert header.decider.startswith("Sam Ode, ")
    assert header.decision_note == "Talked it over."


def test_reviews_are_printed_in_the_order_they_came(
    a_recommendation, frozen, dr_resident
):
    recommendation = a_recommendation()
    for verdict, reason in (("agree", ""), ("disagree", "Prefers MED")):
        Review.objects.create(
            recommendation=recommendation,
            reviewer=dr_resident,
            verdict=verdict,
            reason=reason,
        )
    reviews = frozen(recommendation).reviews
    assert [review.verdict for review in reviews] == ["Agree", "Disagree"]
    assert reviews[1].reason == "Prefers MED"
    assert reviews[0].reviewer == "Rae Lin"


def test_the_ruleset_is_named_with_its_hash_and_that_nobody_signed_it(
    a_recommendation, frozen, ruleset
):
    provenance = frozen(a_recommendation()).provenance
    assert provenance.sha256 == ruleset.sha256
    assert provenance.version == ruleset.version
    assert "Not signed off" in provenance.sign_off


def test_case_and_evaluation_are_attached_as_they_were(a_recommendation, frozen):
    recommendation = a_recommendation()
    attached = {a.name: a.document for a in frozen(recommendation).attachments}
    assert attached == {
        "case.json": CASE,
        "evaluation.json": recommendation.evaluation_document,
    }


def test_an_unprintable_name_is_shown_as_codes_and_the_report_says_so(
    a_recommendation, frozen
):
    context = frozen(a_recommendation(family_name="ক", given_name="😀"))
    assert context.header.patient == "[U+0995], [U+1F600]"
    assert context.substitutions


def test_a_printable_name_leaves_no_note_about_codes(a_recommendation, frozen):
    assert not frozen(a_recommendation()).substitutions


def test_the_hash_can_be_copied_as_one_word(a_recommendation, frozen, ruleset):
    assert frozen(a_recommendation()).provenance.sha256 == ruleset.sha256


def contract_2(case=CASE, **changes):
    """The sample as it is entered today."""
    return {**case, "contract": 2, **changes}


WHOLE_MINUTE = datetime.datetime(2026, 11, 21, 8, 30, tzinfo=datetime.UTC)


def test_a_referral_prints_what_for_with_its_reasons(a_recommendation, frozen, ruleset):
    not_offered = [c for c in ruleset.treatments if c not in ("CONS", "INJECTION")]
    foot_drop = with_facts(weakest_mrc_grade=2, motor_deficit_days=5)
    recommendation = a_recommendation(
        contract_2(foot_drop, unavailable_treatments=not_offered)
    )
    said = recommendation.evaluation_document["refer"]
    context = frozen(recommendation, at=WHOLE_MINUTE)
    assert context.disposition == "refer"
    assert context.headline == "Refer: what fits is not offered here"
    assert (context.lead, context.urgency) == (said["text"], "urgent")
    assert [option.titles for option in context.referred] == [
        (ruleset.treatments[code].title,) for code in said["treatments"]
    ]
    assert all(option.reasons for option in context.referred)
    assert context.next_steps
    assert context.rungs
    assert context.options
    assert render(context)


def test_what_is_assumed_in_a_range_is_printed_in_words_with_its_reason(
    a_recommendation, frozen
):
    context = frozen(a_recommendation(contract_2()), at=WHOLE_MINUTE)
    assumed = {entry.label: entry.value for entry in context.assumed}
    because = {entry.label: entry.value for entry in context.assumed_because}
    assert assumed["Annular defect width"].startswith("under 6 mm")
    assert because["Annular defect width"].startswith("Measured at operation")
    assert set(because) <= set(assumed)
    assert render(context)


def test_without_an_image_the_report_says_so_and_has_no_disc(a_recommendation, frozen):
    early = with_facts(
        imaging_status="none",
        clinical_imaging_concordance=None,
        conservative_care_weeks=2,
        weakest_mrc_grade=5,
        motor_deficit_days=None,
    )
    recommendation = a_recommendation(
        contract_2(early, discs=[], responsible_level=None)
    )
    context = frozen(recommendation, at=WHOLE_MINUTE)
    assert context.header.responsible_level == "No image yet"
    assert not [part for part in context.sections if part.title.startswith("Disc")]
    assert render(context)


def test_the_attachments_name_their_contract(a_recommendation, frozen):
    for contract in (1, 2):
        context = frozen(a_recommendation({**CASE, "contract": contract}))
        for attached in context.attachments:
            assert attached.description.endswith(f"(contract {contract})")


# --- The decision leads -------------------------------------------------------------


def test_the_decision_leads_and_says_all_that_was_decided(
    a_recommendation, frozen, dr_surgeon
):
    recommendation = a_recommendation()
    Decision.objects.create(
        recommendation=recommendation,
        outcome="overridden",
        treatment="CONS",
        override_reason="disagree-with-rule",
        disputed_rules=["CONS-09"],
        decided_by=dr_surgeon,
    )
    decided = frozen(recommendation, "final").decided
    assert (decided.kind, decided.option) == ("Overridden", "Conservative care")
    assert decided.reason == "I disagree with a rule"
    assert decided.disputes[0].startswith("CONS-09 (")
    assert decided.by.startswith("Sam Ode, ")


def test_before_a_decision_the_report_says_that_there_is_none(a_recommendation, frozen):
    decided = frozen(a_recommendation()).decided
    assert (decided.kind, decided.option) == ("", "No decision is recorded yet")
