"""The queries of the review: they read lower features' tables, as an inbox of service calls would ask for ever.

Each decides whose rows they are by the one condition on care links, or takes the patient first.
"""
