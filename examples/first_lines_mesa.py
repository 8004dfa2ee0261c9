"""First lines for who knows Mesa: a model, its agents, a data frame, a batch."""

import mesa
import pandas as pd

from sim import DetentionModel
from sim.agents import Detainee, Facility

if __name__ == "__main__":
    model = DetentionModel("tiny", rng=7)
    model.run_for(200)  # hours
    print(model.agents_by_type[Facility].to_pandas()[["name", "held", "guards_present"]])
    print(model.agents_by_type[Detainee].where(state="at_large").groupby("origin").count())
    print(model.datacollector.get_model_vars_dataframe().tail(1))
    settings = {"scenario": "tiny", "control__handover": ["none", "formal"]}
    rows = mesa.batch_run(DetentionModel, settings, rng=range(10), max_steps=240, display_progress=False)
    print(pd.DataFrame(rows).groupby("control__handover")["escaped"].describe())
