"""One runner per peer, all with the same verbs; each runs in its peer's environment.

Started as ``python -m benchmarks.compare.runners NAME``, a runner reads one JSON object
a line from its standard input and answers each by one line on its standard output:

===========================================  =======================================
question                                     answer
===========================================  =======================================
``{"start": {...}}``                         ``{"version": ..., "parallel": ...}``
``{"ask": number}``                          ``{"config": {...}}``
``{"tell": {"number", "value", "scores"}}``  ``{}``
===========================================  =======================================

``start`` has ``space, seed, budget, n_folds, first, options``, the arguments of
`Runner`; ``first`` is the configuration to be evaluated before all others, or null.
Values are greater-is-better, and null is a failed configuration.

Each answer also has ``"cpu"``, the processor seconds the process has used since the
answer before. ``{"exhausted": reason}`` in answer to ``ask`` means that the peer has
nothing more to propose, ``{"error": traceback}`` that it broke.

Only the standard library and the peer itself are imported here. A new peer is one file
``_name.py`` with a subclass of `Runner` named ``Peer``, and a line in ``_peers.py``.
"""
