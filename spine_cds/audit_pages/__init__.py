"""The administrator's view of the trail: who saw or changed a patient, who did what."""
