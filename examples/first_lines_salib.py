"""First lines for who knows SALib: Saltelli's design by a sweep file, analysed with the problem of its manifest."""

import tempfile
from pathlib import Path

from SALib.analyze import sobol

import sim

SWEEP = """
scenario: tiny
design: saltelli
samples: 64
replicates: 10
vary:
  guards.scale: {uniform: [0.2, 2.0]}
  guards.redeploy_share: {uniform: [0.0, 1.0]}
"""

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "sweep.yaml").write_text(SWEEP)
        results = sim.sweep(Path(folder) / "sweep.yaml", record="summary")
    y = results.to_pandas().groupby("point")["escaped_persons"].mean().to_numpy()  # in the order of SALib's rows
    found = sobol.analyze(results.manifest["problem"], y, calc_second_order=False)  # the layout has no second order
    print(found.to_df()[0])  # total indices; `detention-sim sensitivity` also takes out the noise of replicates
