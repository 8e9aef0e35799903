"""Our searches, by the loop, schedules and strategies behind the estimators."""

from __future__ import annotations

from benchmarks.compare.runners._ours_space import translate
from benchmarks.fidelity._instances import BUDGET, Account
from sklearn_hpo.callbacks import Callback
from sklearn_hpo.schedules import Full, Hyperband, Schedule
from sklearn_hpo.search import Loop
from sklearn_hpo.space import SearchSpace
from sklearn_hpo.strategies import Bayes, MultiFidelity, Random, Strategy
from sklearn_hpo.trials import FoldResult, History, Task, Trial

# More candidates than can be paid for: the budget ends the search.
_MANY = 10_000


class Payer(Callback):
    """Runs tasks on an account, one at a time, and stops when it is empty."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.tasks: list[Task] = []

    def submit(self, task: Task) -> None:
        """Keep the task."""
        self.tasks.append(task)

    def next_done(self, timeout: float | None = None) -> FoldResult:
        """Evaluate the oldest task."""
        task = self.tasks.pop(0)
        amount = task.resource or self.account.instance.most
        score = self.account.evaluate(dict(task.candidate.params), amount)
        return FoldResult(task, score, None, 0.0, 0.0)

    def trial(self, trial: Trial, history: History) -> bool:
        """Stop when nothing is left to spend."""
        return self.account.is_empty


def hyperband(account: Account, strategy: Strategy) -> tuple[Schedule, Strategy, int]:
    """Return our Hyperband with a strategy inside."""
    instance = account.instance
    schedule = Hyperband(instance.least, instance.most, races=False)
    return schedule, MultiFidelity(strategy), _MANY


OURS = {
    "HyperbandSearchCV": lambda account: hyperband(account, Bayes()),
    "HyperbandSearchCV, random inside": lambda account: hyperband(account, Random()),
    "BayesSearchCV, all at once": lambda _: (Full(), Bayes(), int(BUDGET)),
    "random search, all at once": lambda _: (Full(), Random(), int(BUDGET)),
}


def search(account: Account, name: str, seed: int) -> None:
    """Run one of our searches until the account is empty."""
    schedule, strategy, n_iter = OURS[name](account)
    space = SearchSpace.from_user(translate(account.instance.task.space), adaptive=True)
    schedule.start(strategy, space, n_iter, seed, 1, 1)
    payer, history = Payer(account), History(1, n_iter, seed=seed)
    loop = Loop(
        schedule,
        history,
        payer,
        capacity=lambda: 1,
        lookahead=1,
        callbacks=[payer],
    )
    loop.run()
