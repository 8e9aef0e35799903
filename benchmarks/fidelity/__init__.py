"""Regret by cost where candidates may be tried with less: epochs, training samples.

    python -m benchmarks.compare envs optuna dehb
    python -m benchmarks.fidelity run
    python -m benchmarks.fidelity report

On 20 instances of learned surrogates of real tuning runs, whose epochs or share of the
training samples are an input, each search may spend 20 evaluations with everything. An
evaluation with the part f costs f. Where the resource is epochs, a configuration that
was tried before goes on and costs the difference; where it is samples, it is fitted
again and costs all of f. That holds for every search.

What a search has found at a cost is the best of what it has tried at the highest
resource it has tried so far, and its regret is that of its score with everything: 0 is
the best score any search or 2,000 draws found on the instance, 1 the median of the
draws. Nobody is given the defaults of the estimator first. Each search is a line of a
file; a run that was killed goes on with what is missing.

Our own constants were chosen on other instances, those of `TUNE`, by few runs. That
some candidates are drawn at random, and the least part of the samples, were thought of
when a first run on three of the reported instances had failed on one.
"""
