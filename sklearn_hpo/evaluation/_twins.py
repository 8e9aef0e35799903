"""Which candidates are the same as an earlier one."""

from __future__ import annotations

from collections.abc import Hashable

from sklearn_hpo._compat import is_own_scorer
from sklearn_hpo.evaluation._identity import repeatable_identity
from sklearn_hpo.evaluation._settings import FoldSettings
from sklearn_hpo.trials import Candidate


class Twins:
    """Knows which candidates would have the scores of an earlier one.

    Two candidates are twins if they set the same values and if nothing is left to
    chance: see `repeatable_identity`.

    Parameters
    ----------
    settings : FoldSettings
        What all folds have in common.
    n_samples : int
        Number of samples a candidate is fitted to, at most.
    """

    def __init__(self, settings: FoldSettings, n_samples: int) -> None:
        self.settings = settings
        self.n_samples = n_samples
        self._shares = settings.verbose <= 1 and is_own_scorer(settings.scorer)
        self._firsts: dict[Hashable, Candidate] = {}
        self._twins: dict[int, Candidate | None] = {}

    def first(self, candidate: Candidate) -> Candidate | None:
        """Return the first twin of a candidate.

        Parameters
        ----------
        candidate : Candidate
            One that is going to be evaluated.

        Returns
        -------
        twin : Candidate or None
            None if no earlier candidate is one.
        """
        if not self._shares:
            return None
        try:
            key = tuple((k, type(v), v) for k, v in candidate.params.items())
            first = self._firsts.setdefault(key, candidate)
        except TypeError:  # a value that has no hash
            return None
        if first.number == candidate.number:
            return None
        if candidate.number not in self._twins:
            same = self._are_the_same(first, candidate)
            self._twins[candidate.number] = first if same else None
        return self._twins[candidate.number]

    def _are_the_same(self, *candidates: Candidate) -> bool:
        try:
            one, other = (
                repeatable_identity(self.settings.configured(c.params), self.n_samples)
                for c in candidates
            )
        except Exception:  # noqa: BLE001 (whatever a setter raises; each fails by itself)
            return False
        return one is not None and one == other
