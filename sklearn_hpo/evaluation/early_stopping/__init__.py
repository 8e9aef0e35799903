"""WHEN A FIT HAS HAD ENOUGH ITERATIONS: decided on a part of the training fold.

What a user gives is an :class:`~sklearn_hpo.EarlyStopping`. It says on which rows is
decided; an adapter for each kind of estimator, in a file of its own, goes from one
iteration to the next and takes the model back to its best one.
"""
