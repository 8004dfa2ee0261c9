"""First lines for who knows the EMA workbench: a model for its evaluators, one process and two, and PRIM."""

import numpy as np
from ema_workbench import Model, MultiprocessingEvaluator, RealParameter, Sample, ScalarOutcome, SequentialEvaluator
from ema_workbench.analysis import prim

import sim


def tiny(scale: float, call: float) -> dict[str, float]:
    """Mean of people out over four replicates, the same random numbers in every experiment."""
    scenario = sim.load("tiny", {"control.handover": "formal", "guards.scale": scale, "guards.redeploy_share": call})
    results = sim.run(scenario, replicates=4, seed=1, workers=1, record="summary")
    return {"escaped_persons": float(results.to_pandas()["escaped_persons"].mean())}


if __name__ == "__main__":
    model = Model("tiny", function=tiny)
    model.uncertainties = [RealParameter("scale", 0.2, 2.0), RealParameter("call", 0.0, 1.0)]
    model.outcomes = [ScalarOutcome("escaped_persons")]
    worlds = np.random.default_rng(1).uniform([0.2, 0.0], [2.0, 1.0], size=(30, 2))
    samples = [Sample(str(k), scale=scale, call=call) for k, (scale, call) in enumerate(worlds)]
    with SequentialEvaluator(model) as evaluator:
        experiments, outcomes = evaluator.perform_experiments(scenarios=samples)
    with MultiprocessingEvaluator(model, n_processes=2) as evaluator:
        again = evaluator.perform_experiments(scenarios=samples)[1]
    out = outcomes["escaped_persons"]
    print("both evaluators agree:", np.array_equal(np.sort(out), np.sort(again["escaped_persons"])))
    box = prim.Prim(experiments[["scale", "call"]], out > 2 * np.median(out)).find_box()
    print(box.peeling_trajectory[["coverage", "density"]].round(2).tail(1))
    print(box.box_lims[-1])
