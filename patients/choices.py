"""The answers that a fact of kind "enum" can have: stored code, words on screen.

The codes are those of the case document and never change; the words may.
"""

from django.db.models import TextChoices


class Sex(TextChoices):
    """As registered; it decides which questions and rules apply."""

    FEMALE = "female", "Female"
    MALE = "male", "Male"
    OTHER = "other", "Other"


class SmokingStatus(TextChoices):
    """Whether the patient smokes, or did."""

    NEVER = "never", "Never"
    FORMER = "former", "Former"
    CURRENT = "current", "Current"


class PhysicalDemand(TextChoices):
    """How heavy the patient's work is."""

    SEDENTARY = "sedentary", "Sedentary"
    LIGHT = "light", "Light"
    HEAVY = "heavy", "Heavy"
    ATHLETE = "athlete", "Athlete"


class PainPattern(TextChoices):
    """What the pain follows: a root, a disc, or walking."""

    RADICULAR = "radicular", "Radicular"
    DISCOGENIC = "discogenic", "Discogenic"
    CLAUDICANT = "claudicant", "Claudicant"
    MIXED = "mixed", "Mixed"


class PainDominance(TextChoices):
    """Where the pain is worse."""

    LEG = "leg", "Leg"
    BACK = "back", "Back"
    EQUAL = "equal", "Equal"


class SymptomTrend(TextChoices):
    """How the symptoms have gone in the last weeks."""

    IMPROVING = "improving", "Improving"
    STABLE = "stable", "Stable"
    WORSENING = "worsening", "Worsening"


class SymptomSide(TextChoices):
    NONE = "none", "No leg symptoms"
    LEFT = "left", "Left"
    RIGHT = "right", "Right"
    BOTH = "both", "Both"


class ConservativeResponse(TextChoices):
    """What conservative care has brought."""

    NONE = "none", "None"
    PARTIAL = "partial", "Partial"
    GOOD = "good", "Good"


class InjectionTried(TextChoices):
    NO = "no", "No"
    HELPED = "helped", "Yes, it helped"
    NO_EFFECT = "no_effect", "Yes, without effect"


class ImagingStatus(TextChoices):
    NONE = "none", "None yet"
    AVAILABLE = "available", "Available"


class IliacCrestHeight(TextChoices):
    """How high the crest stands beside the disc: it bars a lateral way in."""

    LOW = "low", "Low"
    MID = "mid", "Middle"
    HIGH = "high", "High"


class Level(TextChoices):
    """The lumbar segments, from above downwards."""

    L1_2 = "L1-2", "L1-2"
    L2_3 = "L2-3", "L2-3"
    L3_4 = "L3-4", "L3-4"
    L4_5 = "L4-5", "L4-5"
    L5_S1 = "L5-S1", "L5-S1"


class Herniation(TextChoices):
    """Codes of the reference table HerniationType (lumbar disc nomenclature 2.0)."""

    NONE = "none", "None"
    BULGE = "bulge", "Bulge"
    PROTRUSION = "protrusion", "Protrusion"
    EXTRUSION = "extrusion", "Extrusion"
    SEQUESTRATION = "sequestration", "Sequestration"


class Zone(TextChoices):
    """Where the herniation lies, from the midline to the side."""

    CENTRAL = "central", "Central"
    SUBARTICULAR = "subarticular", "Subarticular"
    FORAMINAL = "foraminal", "Foraminal"
    EXTRAFORAMINAL = "extraforaminal", "Extraforaminal"


class Side(TextChoices):
    """The side of a herniation."""

    LEFT = "left", "Left"
    RIGHT = "right", "Right"
    MIDLINE = "midline", "Midline"
    BILATERAL = "bilateral", "Bilateral"


class Migration(TextChoices):
    """Which way a fragment has gone, and how far."""

    NONE = "none", "None"
    UP_LOW = "up_low", "Up, low grade"
    UP_HIGH = "up_high", "Up, high grade"
    DOWN_LOW = "down_low", "Down, low grade"
    DOWN_HIGH = "down_high", "Down, high grade"
    DORSAL = "dorsal", "Dorsal, behind the dural sac"


class Calcification(TextChoices):
    """How much of the herniation is calcified."""

    NONE = "none", "None"
    PARTIAL = "partial", "Partial"
    COMPLETE = "complete", "Complete"


class Stenosis(TextChoices):
    """How narrow the canal is."""

    NONE = "none", "None"
    MILD = "mild", "Mild"
    MODERATE = "moderate", "Moderate"
    SEVERE = "severe", "Severe"


class SlipType(TextChoices):
    NONE = "none", "No slip"
    DEGENERATIVE = "degenerative", "Degenerative"
    ISTHMIC = "isthmic", "Isthmic"
    POSTOPERATIVE = "postoperative", "Postoperative"
