"""What is kept, as FHIR R4 resources: pure builders from the clinic's values to JSON, and what a search means."""
