"""WHAT A RUNG GIVES MORE OF: samples, iterations, folds, or another parameter.

Each kind of resource is a file. Iterations are continued where an estimator can do so:
its model is kept in the store of the evaluator from one rung to the next.
"""
