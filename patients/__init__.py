"""What is known: patients, encounters, examinations, imaging and disc findings."""
