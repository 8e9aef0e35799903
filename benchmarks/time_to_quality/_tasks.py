"""Five real tasks of about 0.1 to 1 second a fit in which chance is no help.

They were chosen by a random search of 150 candidates and 3 folds: at most one in fifty
came within 1 % of the best. The metrics are losses, or far from their bound, because
1 % of an accuracy near 1 is much.
"""
