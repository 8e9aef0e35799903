"""What each component of BayesSearchCV brings: searches with one of them replaced.

    python -m benchmarks.ablation run
    python -m benchmarks.ablation report
    python -m benchmarks.ablation run --suite further --variants "no trend"

The tasks are those of `benchmarks.compare` on which choices in our own code are made. A
run that was stopped goes on with what is missing; after a change of our code the file
of records has to be removed.
"""
