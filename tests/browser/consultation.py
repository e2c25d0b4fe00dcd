"""One consultation in the words of the case form, as a surgeon would enter it.

A free extrusion at L4-5, ten weeks of structured care without effect, no red flag.
"""

from django.utils import timezone

AGE = 43
BIRTH_YEAR = timezone.localdate().year - AGE  # on 1 January: it is the age all year

PATIENT = {"Pregnant": "No", "Smoking": "Never", "Physical demand": "Light"}
PRESENTATION = {
    "Duration of symptoms": 14,
    "First episode": "Yes",
    "Dominant pain pattern": "Radicular",
    "Dominant pain": "Leg",
    "Leg pain (NRS)": 8,
    "Back pain (NRS)": 3,
    "Trend of symptoms": "Stable",
    "Pain intolerable": "No",
    "Neurogenic claudication": "No",
    "Symptoms in both legs": "No",
}
EXAMINATION = {
    "Weakest muscle (MRC)": "5",
    "Straight leg raise": 40,
    "Clinical and imaging findings agree": "Yes",
}
HISTORY = {
    "Structured conservative care": 10,
    "Response to conservative care": "None",
    "Percutaneous treatment failed": "No",
    "Recurrences at this level": 0,
    "Coagulopathy not correctable": "No",
    "Unfit for general anaesthesia": "No",
}
DISC = {
    "Type of herniation": "Extrusion",
    "Contained": "No",
    "Zone": "Subarticular",
    "Side": "Left",
    "Migration": "Down, low grade",
    "Canal compromise": 35,
    "Calcification": "None",
    "Central stenosis": "None",
    "Lateral recess stenosis": "None",
    "Foraminal stenosis": "None",
    "Stenosis is bony": "No",
    "Pfirrmann grade": "IV",
    "Disc height kept": 80,
    "Slip (Meyerding)": "0",
    "Translation on flexion-extension": 1,
    "Rotation on flexion-extension": 4,
    "Iatrogenic instability expected": "No",
}
PREFERENCES = {"Surgery accepted": "Yes", "Implant accepted": "Yes"}
ALL_ASKED = "All asked: set the unanswered ones to No"
RED_FLAGS = (
    "Saddle anaesthesia",
    "Bladder dysfunction",
    "Bowel dysfunction",
    "Sexual dysfunction",
    "Progressive weakness",
    "Infection suspected",
    "Malignancy suspected",
    "Significant trauma",
)
