"""A small theatre and a scenario on it, as text."""

THEATRE = """\
name: valley
grid: {width: 20, height: 10, cell_km: 10, west: 40.0, south: 35.0}
ground: sdf
parties:
  sdf: {hostile_to: [turkey]}
  turkey: {hostile_to: [sdf]}
  us: {sponsor: true}
areas:
  border: {box: [40.0, 35.5, 42.0, 36.0], party: turkey}
places:
  crossing: {lat: 35.6, lon: 40.5}
facilities:
  hasakah:
    party: sdf
    lat: 35.4
    lon: 40.7
    held: {fighters: {local: 60, foreign: 40}}
    guards: 20
  al-hol-main: {kind: camp, custody: resident, party: sdf, lat: 35.3, lon: 41.0, residents: 500, guards: 5}
defaults:
  shelling: {hits_per_month: 3}
  guards: {reserve_share: 0.25}
  observers:
    - {name: desk, role: media, kind: desk}
"""

SCENARIO = """\
name: autumn
start: 2019-10-01
days: 30
theatre: theatre.yaml
guards:
  scale: {uniform: [0.5, 1.5]}
  redeploy_share: 0.4
withdrawal:
  schedule:
    - [2019-10-07, 1.0]
    - [2019-10-20, 0.0]
control:
  changes:
    - {date: 2019-10-15, facility: hasakah, to: turkey}
  offensives:
    - {party: turkey, start: 2019-10-09, objectives: [crossing, hasakah], from: crossing, stops: 2019-10-17}
observers:
  - {name: liaison, role: sponsor government, kind: liaison, party: us}
  - {name: media, role: media, kind: desk, delay_hours: {lognormal: {median: 24, sigma: 0.5}}}
facilities:
  hasakah: {guards: {triangular: [5, 10, 15]}}
"""
