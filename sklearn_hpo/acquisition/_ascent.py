"""Projected BFGS ascent in the unit cube, all starts in one batch.

=============  ============  ========================================================
x, f, g        (S, d) (S,)   points, values and gradients, one row for each start
free           (S, d)        coordinates that may move
blocked        (S, d)        coordinates that may not, or would leave the cube
H              (S, d, d)     approximate inverses of minus the Hessian
p              (S, d)        directions
=============  ============  ========================================================

Source: Nocedal and Wright, Numerical Optimization, 2006, sections 3.1 and 6.1; the
projection is that of Bertsekas, SIAM J. Control Optim. 20, 1982, with H restricted to
coordinates that are not blocked, where it stays positive definite.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Function = Callable[
    [NDArray[np.float64]], tuple[NDArray[np.float64], NDArray[np.float64]]
]

_ARMIJO = 1e-4
_SHRINK = 0.3
_MAX_SHRINKS = 5
_LONGEST_STEP = 0.5


def ascend(
    function: Function,
    x: NDArray[np.float64],
    free: NDArray[np.bool_],
    scale: NDArray[np.float64],
    max_iter: int = 30,
    tolerance: float = 1e-3,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Climb from each start to a nearby maximum in the unit cube.

    Parameters
    ----------
    function : callable
        From points (m, d) to values (m,) and gradients (m, d).
    x : ndarray of shape (S, d)
        Starts.
    free : ndarray of shape (S, d)
        Coordinates that may move, from 0 to 1; the others stay.
    scale : ndarray of shape (d,)
        Lengths over which the function changes; they shape the first step.
    max_iter : int, default=30
        Most steps from each start.
    tolerance : float, default=1e-3
        A start that gains less in a step is done.

    Returns
    -------
    x : ndarray of shape (S, d)
        Where each start has come.
    f : ndarray of shape (S,)
        Values there, nowhere below that of the start.
    """
    x = x.copy()
    f, g = function(x)
    H0 = np.diag(np.minimum(scale, _LONGEST_STEP) ** 2)
    H = np.tile(H0, (len(x), 1, 1))
    going = np.flatnonzero(free.any(axis=1))
    for _ in range(max_iter):
        if len(going) == 0:
            break
        p = _directions(x[going], g[going], free[going], H[going], H0)
        x_new, f_new, g_new = _line_search(function, x[going], f[going], g[going], p)
        H[going] = _updated(H[going], x_new - x[going], g[going] - g_new)
        gain = f_new - f[going]
        x[going], f[going], g[going] = x_new, f_new, g_new
        going = going[gain > tolerance]
    return x, f


def _directions(
    x: NDArray[np.float64],
    g: NDArray[np.float64],
    free: NDArray[np.bool_],
    H: NDArray[np.float64],
    H0: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return directions of ascent, of shape (S, d), no step longer than the limit."""
    blocked = ~free | ((x <= 0.0) & (g < 0.0)) | ((x >= 1.0) & (g > 0.0))
    g = np.where(blocked, 0.0, g)
    p = np.where(blocked, 0.0, np.einsum("sij,sj->si", H, g))
    # Rounding, or a gradient that overflowed: fall back to the scaled gradient.
    lost = ~(np.einsum("si,si->s", p, g) > 0.0)
    p[lost] = g[lost] * np.diag(H0)
    longest = np.abs(p).max(axis=1, keepdims=True)
    return p * np.minimum(1.0, _LONGEST_STEP / np.maximum(longest, 1e-300))


def _line_search(
    function: Function,
    x: NDArray[np.float64],
    f: NDArray[np.float64],
    g: NDArray[np.float64],
    p: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Shorten each step, kept in the cube, until it gains enough (eq. 3.4)."""
    x_new, f_new, g_new = x.copy(), f.copy(), g.copy()
    short = np.arange(len(x))
    step = 1.0
    for _ in range(_MAX_SHRINKS):
        moved = np.clip(x[short] + step * p[short], 0.0, 1.0)
        # What may not move need not lie in the cube: the number of a branch.
        trial = np.where(p[short] == 0.0, x[short], moved)
        f_trial, g_trial = function(trial)
        promised = np.einsum("si,si->s", g[short], trial - x[short])
        gained = f_trial > f[short] + _ARMIJO * promised
        done = short[gained]
        x_new[done], f_new[done], g_new[done] = (
            trial[gained],
            f_trial[gained],
            g_trial[gained],
        )
        short = short[~gained]
        step *= _SHRINK
        if len(short) == 0:
            break
    return x_new, f_new, g_new


def _updated(
    H: NDArray[np.float64], s: NDArray[np.float64], y: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return H after the BFGS update (eq. 6.17), where the curvature is right.

    Parameters
    ----------
    H : ndarray of shape (S, d, d)
        Approximate inverses of minus the Hessian.
    s, y : ndarray of shape (S, d)
        Steps, and what the gradients lost along them.

    Returns
    -------
    H : ndarray of shape (S, d, d)
        Positive definite if it was before.
    """
    sy = np.einsum("si,si->s", s, y)
    bent = sy > 1e-10 * np.linalg.norm(s, axis=1) * np.linalg.norm(y, axis=1)
    rho = np.where(bent, 1.0 / np.where(bent, sy, 1.0), 0.0)
    Hy = np.einsum("sij,sj->si", H, y)
    yHy = np.einsum("si,si->s", y, Hy)
    outer = np.einsum("si,sj->sij", s, Hy)
    both = outer + outer.transpose(0, 2, 1)
    ss = np.einsum("si,sj->sij", s, s)
    return H - rho[:, None, None] * both + (rho + rho**2 * yHy)[:, None, None] * ss
