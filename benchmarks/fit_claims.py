"""Fit the model of claims to documented ones; writes scenarios/draws/claims.csv, claims-folds.csv and claims.json.

    python -m benchmarks.fit_claims [--draws N] [--warmup N] [--seed S] [--quick]

NumPyro's NUTS on the likelihood of `sim/claims/model.py`, and at the end a table of bias and spread by role on stderr.

Data, as `scenarios/events/README.md` says: of `first-claims.csv` basis I for bias and spread, R for the spread of
revisions, PAIR for the sum of two sides' spreads alone; of `claims.csv` the counts by others than whoever supplied the
accepted figure; of the shipped Syrian claims those about events with a settled figure, of its category, which is known
as a range. Forms, and who says nothing, are of all events with a settled figure.

Each settled Syrian event is left out in turn, with its twin in the record of mass escapes: the draws are weighted by
one over its likelihood, or fitted anew where too few would count.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import math
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import numpyro
import numpyro.distributions as dist
from jax.scipy.special import logsumexp
from numpyro.infer import MCMC, NUTS

from sim.claims.draws import BY_ROLE, COMMON, SIZE, column, columns
from sim.claims.statements import DENIED, FORMS, GUARDING, NUMBERED, interval, statements, wording
from sim.scenario.claims import read_claims, role_of
from sim.scenario.events import record
from sim.scenario.vocabulary import ROLES

ROOT = Path(__file__).resolve().parents[1]
EVENTS, CLAIMS, DRAWS = (ROOT / "scenarios" / name for name in ("events", "claims", "draws"))
FILES = [EVENTS / "first-claims.csv", EVENTS / "claims.csv", EVENTS / "settled.csv", *sorted(CLAIMS.glob("*.csv"))]

KEPT, KEPT_FOLD = 150, 100
"""Draws of the posterior, and of each event's left out, that are shipped."""
LEAST = 150
"""Effective draws below which an event is left out by another fit, not by weights."""
POINTS = 3
"""Points of log counts at which the density over a word's range is averaged."""
ATTACKED = ("external_assault", "assault_plus_riot")
"""Modes with an attacker who could claim."""
OWN_MODES = (
    "riot_internal", "riot_plus_outside", "tunnel_stealth", "handover_insider", "guards_left", "disaster",
    "regime_collapse_mixed",
)  # fmt: skip
"""Modes that are a guarding force's own failure."""
SPOKEN = ("guarding force", "other government", "NGO", "media")
"""Roles that could have spoken of any event; attackers where there were some, others where they did."""
NODES = np.arange(-6.0, 6.01, 0.1)
"""Values of the effect of a role in an event over which the likelihood is summed, log: NUTS need not walk its tails."""
PRIORS = {
    "bias": "normal about a common mean N(0, 0.3), spread half-normal 0.5",
    "scale": "lognormal about a common median exp(N(-1.2, 0.5)), spread half-normal 0.5",
    "deny, wordless, speak": "log odds, normal about common means N(-2, 1), N(-2, 1), N(0, 1.5), spread half-normal 1",
    "within": "half-normal 0.3",
    "freedom": "1 + gamma(2, 0.5)",
    "own, blame": "normal, sd 0.5",
    "deny_own, deny_blame": "normal, sd 1",
    "sizes": "normal, sd 0.5",
    "deny_none": "normal, mean 3, sd 1.5",
    "wordless_none": "normal, sd 1",
    "speak_none": "normal, mean -1, sd 1",
    "invented": "normal, mean log 20, sd 1",
    "invented_scale": "lognormal, median 1.2, sigma 0.3",
}


class Number(NamedTuple):
    """A number against a settled count: interval of logs; ends of the settled log count."""

    event: str
    role: int
    low: float
    high: float
    settled: tuple[float, float]
    own: bool = False
    blame: bool = False


class Form(NamedTuple):
    """The form of a statement about an event of a settled size (persons)."""

    event: str
    role: int
    form: int
    size: float
    own: bool = False
    blame: bool = False


class Silence(NamedTuple):
    """Whether a role said anything of an event."""

    event: str
    role: int
    speaks: bool
    size: float


class Data(NamedTuple):
    """Everything that is fitted."""

    numbers: list[Number]
    forms: list[Form]
    silences: list[Silence]
    revisions: list[tuple[str, int, float]]
    pairs: list[tuple[str, int, int, float]]
    invented: list[tuple[str, float]]


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def role(text: str) -> int:
    found = role_of(text)
    assert found is not None, text
    return ROLES.index(found)


def gather() -> Data:
    """Return the data of all files."""
    data = Data([], [], [], [], [], [])
    twins = {row["twin"] for row in rows(EVENTS / "settled.csv")}
    own = {event.event_id: event.mode in OWN_MODES for event in record()}
    known = _first_claims(data, own)
    _record(data, own, known, twins)
    _syria(data)
    return data


def _first_claims(data: Data, own: dict[str, bool]) -> set[tuple[str, int, float]]:
    """Add the first claims; return the independent ones, which also stand in the record."""
    known = set()
    for row in rows(EVENTS / "first-claims.csv"):
        event = row["event_id"]
        if row["claim_role"].startswith("PAIR"):
            one, other = PAIRED[row["claim_role"]]
            data.pairs.append((event, ROLES.index(one), ROLES.index(other), abs(math.log(float(row["ratio"])))))
            continue
        who, first = role(row["claim_role"]), int(row["first_claim"])
        if row["basis"] == "R":
            data.revisions.append((event, who, math.log(float(row["ratio"]))))
            continue
        known.add((event, who, float(first)))
        size = float(row["settled"])
        if first == 0:  # events of the record without an accepted count have no forms of their own
            data.forms.append(Form(event, who, FORMS.index(DENIED), size, _own(who, own[event])))
        else:
            at = math.log(size)
            data.numbers.append(Number(event, who, *interval(first, first), (at, at), _own(who, own[event])))
    return known


PAIRED = {
    "PAIR NES administration 785 / SOHR 100": ("guarding force", "NGO"),
    "PAIR ISIS 800 / Iraqi adviser 20": ("attacker", "other government"),
    "PAIR ISIS 800 / unconfirmed missing 400": ("attacker", "media"),
    "PAIR Taliban 541 / supervisor 476": ("attacker", "guarding force"),
}


def _own(who: int, failure: bool) -> bool:
    return who == GUARDING and failure


def _record(data: Data, own: dict[str, bool], known: set[tuple[str, int, float]], twins: set[str]) -> None:
    """Add the rival counts of the record of mass escapes, but for the Syrian events, whose claims stand elsewhere."""
    claims: dict[str, list[dict[str, str]]] = {}
    for row in rows(EVENTS / "claims.csv"):
        claims.setdefault(row["event_id"], []).append(row)
    for event in record():
        if event.event_id in twins or event.best is None or event.is_aggregate:
            continue
        mine = [(role(row["claim_role"]), row["escaped"]) for row in claims.get(event.event_id, [])]
        suppliers = {who for who, count in mine if count and int(count) == event.best}
        for who, count in mine:
            said = wording(int(count), int(count)) if count else wording(None, None)
            form = FORMS.index(said.form)
            failure = _own(who, own[event.event_id])
            data.forms.append(Form(event.event_id, who, form, float(event.best), failure))
            party = ROLES[who] in ("guarding force", "attacker")
            supplied = who in suppliers if party else bool(count) and int(count) == event.best
            if said.form == NUMBERED and event.best > 0 and not supplied:
                if (event.event_id, who, float(count)) not in known:
                    at = math.log(event.best)
                    data.numbers.append(Number(event.event_id, who, said.low, said.high, (at, at), failure))
        spoke = {who for who, _ in mine}
        could = {ROLES.index(name) for name in SPOKEN} | spoke
        could |= {ROLES.index("attacker")} if event.mode in ATTACKED else set()
        data.silences.extend(Silence(event.event_id, who, who in spoke, float(event.best)) for who in sorted(could))


def _syria(data: Data) -> None:
    """Add the Syrian claims about settled events, numbers where they are about the settled figure's category."""
    settled = {row["event_id"]: row for row in rows(EVENTS / "settled.csv")}
    claims: dict[str, list[Any]] = {}
    for path in sorted(CLAIMS.glob("*.csv")):
        for claim in read_claims(path):
            claims.setdefault(claim.event_id, []).append(claim)
    for event, row in settled.items():
        low, high = int(row["low"]), int(row["high"])
        none = low == 0  # E10: 0 to 4, accepted as 0
        size = 0.0 if none else math.sqrt(low * high)
        ends = (0.0, 0.0) if none else (math.log(low), math.log(high))
        said = statements(claims[event])
        for one in said:
            supplied = ROLES[one.role] == row["supplied_by"]
            about = one.category == "fighters" if event == "E08" else True
            words = one.said[-1]
            data.forms.append(Form(event, one.role, FORMS.index(words.form), size, one.own, one.blame))
            if words.form != NUMBERED:
                continue
            if none:
                data.invented.append((event, _middle(words.low, words.high)))
            elif about and not supplied:
                data.numbers.append(Number(event, one.role, words.low, words.high, ends, one.own, one.blame))
        spoke = {one.role for one in said}
        could = spoke | {ROLES.index(name) for name in (*SPOKEN, "sponsor government")}
        data.silences.extend(Silence(event, who, who in spoke, size) for who in sorted(could))


def _middle(low: float, high: float) -> float:
    return 0.5 * (max(low, 0.0) + high)


def arrays(data: Data) -> dict[str, Any]:
    """Return the data as arrays, with what each row belongs to."""
    numbers = data.numbers
    groups = sorted({(n.event, n.role) for n in numbers})
    events = every_event(data)
    contested = sorted({n.event for n in numbers if n.settled[0] < n.settled[1]})
    shares = (np.arange(POINTS) + 0.5) / POINTS
    low = np.array([max(n.low, math.log(0.5)) for n in numbers])
    high = np.array([n.high for n in numbers])
    ends = {n.event: n.settled for n in numbers}
    return {
        "role": np.array([n.role for n in numbers]),
        "points": low[:, None] + (high - low)[:, None] * shares,
        "width": high - low,
        "settled": np.array([n.settled[0] for n in numbers]),
        "contested": np.array([contested.index(n.event) if n.event in contested else -1 for n in numbers]),
        "contested_ends": np.array([ends[event] for event in contested]),
        "group": np.array([groups.index((n.event, n.role)) for n in numbers]),
        "group_role": np.array([who for _, who in groups]),
        "group_event": np.array([events.index(event) for event, _ in groups]),
        "events": len(events),
        "spoken_of": np.isin(events, [s.event for s in data.silences]).astype(float),
        "f_event": np.array([events.index(f.event) for f in data.forms]),
        "r_event": np.array([events.index(r[0]) for r in data.revisions]),
        "p_event": np.array([events.index(p[0]) for p in data.pairs]),
        "i_event": np.array([events.index(i[0]) for i in data.invented]),
        "own": np.array([n.own for n in numbers], float),
        "blame": np.array([n.blame for n in numbers], float),
        "f_role": np.array([f.role for f in data.forms]),
        "f_form": np.array([f.form for f in data.forms]),
        "f_size": _size([f.size for f in data.forms]),
        "f_none": np.array([f.size == 0 for f in data.forms], float),
        "f_own": np.array([f.own for f in data.forms], float),
        "f_blame": np.array([f.blame for f in data.forms], float),
        "s_event": np.array([events.index(s.event) for s in data.silences]),
        "s_role": np.array([s.role for s in data.silences]),
        "s_speaks": np.array([s.speaks for s in data.silences], float),
        "s_size": _size([s.size for s in data.silences]),
        "s_none": np.array([s.size == 0 for s in data.silences], float),
        "r_ratio": np.array([r[2] for r in data.revisions]),
        "p_one": np.array([p[1] for p in data.pairs]),
        "p_other": np.array([p[2] for p in data.pairs]),
        "p_ratio": np.array([p[3] for p in data.pairs]),
        "i_log": np.array([i[1] for i in data.invented]),
    }


def _size(sizes: list[float]) -> np.ndarray:
    return np.array([math.log(size / SIZE) if size > 0 else 0.0 for size in sizes])


def every_event(data: Data) -> list[str]:
    """Return the ids of all events that any row is about."""
    rest = [*data.revisions, *data.pairs, *data.invented]
    return sorted({row.event for row in (*data.numbers, *data.forms, *data.silences)} | {str(row[0]) for row in rest})


def kept(data: Data, left_out: set[str]) -> np.ndarray:
    """Return 1 for each event that is used, 0 for those left out."""
    return np.array([event not in left_out for event in every_event(data)], float)


def model(d: dict[str, Any], w: Any) -> None:
    """Declare priors and likelihood; roles are partially pooled, non-centred. Parameters: w, weight of each event."""
    roles = len(ROLES)
    normal, half = dist.Normal, dist.HalfNormal

    def pooled(name: str, mean: float, sd: float, spread: float) -> Any:
        middle = numpyro.sample(f"{name}_mean", normal(mean, sd))
        apart = numpyro.sample(f"{name}_spread", half(spread))
        z = numpyro.sample(f"{name}_z", normal(0.0, 1.0).expand([roles]).to_event(1))
        return middle + apart * z

    bias = numpyro.deterministic("bias", pooled("bias", 0.0, 0.3, 0.5))
    scale = numpyro.deterministic("scale", jnp.exp(pooled("log_scale", -1.2, 0.5, 0.5)))
    deny = numpyro.deterministic("deny", pooled("deny", -2.0, 1.0, 1.0))
    wordless = numpyro.deterministic("wordless", pooled("wordless", -2.0, 1.0, 1.0))
    speak = numpyro.deterministic("speak", pooled("speak", 0.0, 1.5, 1.0))
    within = numpyro.sample("within", half(0.3))
    freedom = numpyro.deterministic("freedom", 1.0 + numpyro.sample("freedom_over", dist.Gamma(2.0, 0.5)))
    own, blame = (numpyro.sample(name, normal(0.0, 0.5)) for name in ("own", "blame"))
    deny_own, deny_blame = (numpyro.sample(name, normal(0.0, 1.0)) for name in ("deny_own", "deny_blame"))
    deny_size, wordless_size, speak_size = (
        numpyro.sample(f"{name}_size", normal(0.0, 0.5)) for name in ("deny", "wordless", "speak")
    )
    deny_none = numpyro.sample("deny_none", normal(3.0, 1.5))
    wordless_none = numpyro.sample("wordless_none", normal(0.0, 1.0))
    speak_none = numpyro.sample("speak_none", normal(-1.0, 1.0))
    invented = numpyro.sample("invented", normal(math.log(20.0), 1.0))
    invented_scale = numpyro.sample("invented_scale", dist.LogNormal(math.log(1.2), 0.3))

    def of_events(rows: Any, events: str) -> Any:
        return jax.ops.segment_sum(rows, d[events], d["events"])

    ends = d["contested_ends"]
    u = numpyro.sample("contested", dist.Uniform(0.0, 1.0).expand([len(ends)]).to_event(1))
    truths = ends[:, 0] + (ends[:, 1] - ends[:, 0]) * u
    truth = jnp.where(d["contested"] >= 0, truths[d["contested"]], d["settled"])
    effect = scale[d["group_role"]][:, None]
    log_effect = dist.StudentT(freedom, 0.0, effect).log_prob(jnp.asarray(NODES)[None, :])
    log_effect = log_effect - logsumexp(log_effect, 1, keepdims=True)
    middle = truth + bias[d["role"]] + own * d["own"] + blame * d["blame"]
    apart = d["points"][:, :, None] - middle[:, None, None] - jnp.asarray(NODES)
    densities = dist.StudentT(freedom, 0.0, within).log_prob(apart)
    each = logsumexp(densities, 1) + jnp.log(d["width"] / POINTS)[:, None]
    grouped = jax.ops.segment_sum(each, d["group"], len(d["group_role"]))
    by_event = of_events(logsumexp(grouped + log_effect, 1), "group_event")

    some = 1.0 - d["f_none"]
    denied = deny[d["f_role"]] + deny_own * d["f_own"] + deny_blame * d["f_blame"]
    denied = denied + deny_size * d["f_size"] * some + deny_none * d["f_none"]
    unsaid = wordless[d["f_role"]] + wordless_size * d["f_size"] * some + wordless_none * d["f_none"]
    logits = jnp.stack([denied, unsaid, jnp.zeros_like(denied)], 1)
    chosen = jnp.take_along_axis(jax.nn.log_softmax(logits, 1), d["f_form"][:, None], 1)[:, 0]
    by_event += of_events(chosen, "f_event")

    odds = speak[d["s_role"]] + speak_size * d["s_size"] + speak_none * d["s_none"]
    heard = jnp.where(d["s_speaks"] > 0, jax.nn.log_sigmoid(odds), jax.nn.log_sigmoid(-odds))
    none = of_events(jax.nn.log_sigmoid(-odds), "s_event")
    by_event += of_events(heard, "s_event")
    # an event of which nobody spoke is not on record
    by_event -= jnp.where(d["spoken_of"] > 0, jnp.log1p(-jnp.exp(jnp.where(d["spoken_of"] > 0, none, -1.0))), 0.0)

    revised = numpyro.sample("revised", normal(0.0, 0.3))
    ratios = dist.StudentT(freedom, revised, within).log_prob(d["r_ratio"])
    by_event += of_events(ratios, "r_event")
    apart = jnp.sqrt(2 * within**2 + scale[d["p_one"]] ** 2 + scale[d["p_other"]] ** 2)
    by_event += of_events(dist.StudentT(freedom, 0.0, apart).log_prob(d["p_ratio"]), "p_event")
    by_event += of_events(normal(invented, invented_scale).log_prob(d["i_log"]), "i_event")
    numpyro.deterministic("by_event", by_event)
    numpyro.factor("likelihood", jnp.sum(w * by_event))


def drawn(found: dict[str, Any], n: int, seed: int, weights: np.ndarray | None = None) -> list[dict[str, float]]:
    """Return n rows of the table from a posterior, drawn by weights if they are given."""
    size = len(np.asarray(found["within"]))
    rng = np.random.default_rng(seed)
    if weights is None:
        chosen = rng.choice(size, n, replace=n > size)
    else:  # systematic resampling
        order = rng.permutation(size)
        at = (np.arange(n) + rng.random()) / n
        chosen = order[np.minimum(np.searchsorted(np.cumsum(weights[order]), at), size - 1)]
    made = []
    for k in chosen:
        row = {column(name, word): found[name][k, r] for name in BY_ROLE for r, word in enumerate(ROLES)}
        row |= {name: found[name][k] for name in COMMON}
        made.append({name: float(f"{float(row[name]):.5g}") for name in columns()})
    return made


def without(found: dict[str, Any], data: Data, left_out: set[str]) -> np.ndarray:
    """Return weights of the draws that leave out events: one over their likelihood."""
    gone = found["by_event"] @ (1.0 - kept(data, left_out))
    weights = np.exp(-(gone - gone.min()))
    return weights / weights.sum()


def write(path: Path, made: list[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(made[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(made)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--draws", type=int, default=500, help="of each chain")
    parser.add_argument("--warmup", type=int, default=500)
    parser.add_argument("--chains", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="print only, leave nothing out, write nothing")
    given = parser.parse_args()
    numpyro.enable_x64()
    data = gather()
    d = {name: value if isinstance(value, int) else jnp.asarray(value) for name, value in arrays(data).items()}
    kernel = NUTS(lambda w: model(d, w), target_accept_prob=0.85)
    mcmc = MCMC(kernel, num_warmup=given.warmup, num_samples=given.draws, num_chains=given.chains, progress_bar=False,
                chain_method="vectorized", jit_model_args=True)  # fmt: skip

    def fit(left_out: set[str], seed: int) -> dict[str, Any]:
        mcmc.run(jax.random.PRNGKey(seed), jnp.asarray(kept(data, left_out)), extra_fields=("diverging",))
        return {name: np.asarray(value) for name, value in mcmc.get_samples().items()}

    whole = fit(set(), given.seed)
    diverging = int(np.asarray(mcmc.get_extra_fields()["diverging"]).sum())
    table = numpyro.diagnostics.summary(mcmc.get_samples(group_by_chain=True))
    worst = max(float(np.max(one["r_hat"])) for one in table.values())
    least = min(float(np.min(one["n_eff"])) for one in table.values())
    tell(whole, data)
    slow = sorted(table, key=lambda name: float(np.min(table[name]["n_eff"])))[:6]
    print("least effective: " + ", ".join(f"{n} {float(np.min(table[n]['n_eff'])):.0f}" for n in slow), file=sys.stderr)
    print(f"diverging {diverging}, largest r-hat {worst:.3f}, least effective draws {least:.0f}", file=sys.stderr)
    if given.quick:
        return
    write(DRAWS / "claims.csv", drawn(whole, KEPT, given.seed))
    folds: list[dict[str, Any]] = []
    effective: dict[str, Any] = {}
    for row in rows(EVENTS / "settled.csv"):
        left_out = {row["event_id"], row["twin"]} - {""}
        found, weights = whole, without(whole, data, left_out)
        effective[row["event_id"]] = round(float(1.0 / (weights**2).sum()))
        if effective[row["event_id"]] < LEAST:
            found, weights = fit(left_out, given.seed + 1), None
            effective[row["event_id"]] = "fitted anew"
        folds += [{"event_id": row["event_id"], **one} for one in drawn(found, KEPT_FOLD, given.seed, weights)]
        print(f"without {row['event_id']}: {effective[row['event_id']]} effective draws", file=sys.stderr)
    write(DRAWS / "claims-folds.csv", folds)
    about = {
        "made": datetime.now(UTC).strftime("%Y-%m-%d"),
        "by": "python -m benchmarks.fit_claims",
        "arguments": {"draws": given.draws, "warmup": given.warmup, "chains": given.chains, "seed": given.seed},
        "numpyro": numpyro.__version__,
        "files_sha256": {str(path.relative_to(ROOT)): hashlib.sha256(path.read_bytes()).hexdigest() for path in FILES},
        "rows": {name: len(getattr(data, name)) for name in data._fields},
        "priors": PRIORS,
        "diverging": diverging,
        "largest_r_hat": round(worst, 3),
        "least_effective_draws": round(least),
        "effective_draws_without": effective,
    }
    (DRAWS / "claims.json").write_text(json.dumps(about, indent=1) + "\n", "utf-8")


def tell(found: dict[str, Any], data: Data) -> None:
    """Print what was fitted."""
    counts = {k: sum(n.role == k for n in data.numbers) for k in range(len(ROLES))}
    print("role                 numbers  claim/truth (90%)      scale   denial  wordless  speaks", file=sys.stderr)
    for k, name in enumerate(ROLES):
        ratio = np.exp(np.quantile(found["bias"][:, k], (0.05, 0.5, 0.95)))
        e0, e1 = np.exp(found["deny"][:, k]), np.exp(found["wordless"][:, k])
        forms = (
            np.mean(e0 / (1 + e0 + e1)),
            np.mean(e1 / (1 + e0 + e1)),
            np.mean(1 / (1 + np.exp(-found["speak"][:, k]))),
        )
        told = f"{ratio[1]:.2f} ({ratio[0]:.2f}-{ratio[2]:.2f})"
        scale = float(np.median(found["scale"][:, k]))
        print(
            f"{name:20} {counts[k]:7d}  {told:20} {scale:7.2f}  " + "  ".join(f"{x:7.2f}" for x in forms),
            file=sys.stderr,
        )
    for name in COMMON:
        low, middle, high = np.quantile(found[name], (0.05, 0.5, 0.95))
        print(f"{name:16} {middle:6.2f} ({low:.2f} to {high:.2f})", file=sys.stderr)


if __name__ == "__main__":
    main()
