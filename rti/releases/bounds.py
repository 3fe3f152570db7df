"""Integer bounds of unpublished sums: the solver of the audit, imported only where it is used."""

from collections.abc import Sequence
from typing import Any

import highspy
import numpy as np

from rti.releases.atoms import Expression

NEARLY = 1e-6


class Bounds:
    """How far expressions can move in whole numbers, by every solution that was seen."""

    def __init__(
        self, size: int, rows: Sequence[tuple[Expression, float, float]], wanted: Sequence[Expression]
    ) -> None:
        self._wanted, self._size = wanted, size
        self._low = [float("inf")] * len(wanted)
        self._high = [float("-inf")] * len(wanted)
        self._solver = _solver(size, rows)
        # What is far apart for all together needs no solving one by one.
        both: Expression = {}
        for expression in wanted:
            for variable, times in expression.items():
                both[variable] = both.get(variable, 0) + times
        for sign in (1, -1):
            self._solve(both, sign)

    def wide(self, number: int, width: int) -> bool:
        """Whether two solutions are so far apart."""
        for sign in (1, -1):
            if self._high[number] - self._low[number] >= width:
                return True
            self._solve(self._wanted[number], sign, number)
        return self._high[number] - self._low[number] >= width

    def none_or_many(self, number: int, many: int) -> bool:
        """Whether nobody can tell that the number is from 1 to `many` - 1: it is 0 for sure, or may be so many."""
        if self._high[number] < many:
            self._solve(self._wanted[number], 1, number)
        return self._high[number] >= many or self._high[number] == 0

    def _solve(self, aim: Expression, sign: int, number: int | None = None) -> None:
        """The most (`sign` 1) or the least of an expression; every solution is noted for all of them."""
        solver = self._solver
        costs = np.zeros(self._size)
        for variable, times in aim.items():
            costs[variable] = -sign * times
        everything = np.arange(self._size, dtype=np.int32)
        solver.changeColsCost(self._size, everything, costs)
        values = self._solution()
        if values is None:
            if number is not None:
                edge = self._high if sign > 0 else self._low
                edge[number] = sign * float("inf")
            return
        if not _whole(values):
            solver.changeColsIntegrality(self._size, everything, np.ones(self._size, dtype=np.uint8))
            values = self._solution()
            solver.changeColsIntegrality(self._size, everything, np.zeros(self._size, dtype=np.uint8))
            if values is None or not _whole(values):
                return
        whole = np.rint(values)
        for place, expression in enumerate(self._wanted):
            found = float(sum(times * whole[variable] for variable, times in expression.items()))
            self._low[place] = min(self._low[place], found)
            self._high[place] = max(self._high[place], found)

    def _solution(self) -> Any:
        """The values that fit, None where there is no limit."""
        self._solver.run()
        status = self._solver.getModelStatus()
        if status == highspy.HighsModelStatus.kOptimal:
            return np.array(self._solver.getSolution().col_value)
        if status in {highspy.HighsModelStatus.kUnbounded, highspy.HighsModelStatus.kUnboundedOrInfeasible}:
            return None
        raise ValueError(f"the published numbers contradict each other: {status}")


def _whole(values: Any) -> bool:
    return bool(np.all(np.abs(values - np.rint(values)) < NEARLY))


def _solver(size: int, rows: Sequence[tuple[Expression, float, float]]) -> Any:
    solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.silent()
    solver.setOptionValue("threads", 1)
    # Primal: from one aim to the next only the costs change, so that the last solution is a start for it.
    solver.setOptionValue("simplex_strategy", 4)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = size, len(rows)
    model.col_cost_ = np.zeros(size)
    model.col_lower_, model.col_upper_ = np.zeros(size), np.full(size, highspy.kHighsInf)
    model.row_lower_ = np.array([lower for _, lower, _ in rows])
    model.row_upper_ = np.array([min(upper, highspy.kHighsInf) for _, _, upper in rows])
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = np.cumsum([0, *(len(expression) for expression, _, _ in rows)])
    model.a_matrix_.index_ = np.array(
        [each for expression, _, _ in rows for each in expression], dtype=np.int32
    )
    model.a_matrix_.value_ = np.array([float(n) for expression, _, _ in rows for n in expression.values()])
    solver.passModel(model)
    return solver
