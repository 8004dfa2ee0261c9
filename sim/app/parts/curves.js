// The points of a sweep as curves over one of its varied paths: numbers in, numbers out.

const MOST_CURVES = 60, MOST_NAMES = 6, LONGEST_NAME = 12;

// Where a point stands on the axis of a path: at its number, or names side by side in their order.
function place(point, varied, k) { return varied[k].numeric ? point.at[k] : varied[k].levels.indexOf(point.labels[k]); }

// Curves through the points that differ in path k alone, none where there are too many; a dot for every point.
// Parameters: points and varied, as the page has them; chosen, a point's number or null; low and high, ends of the axis of values.
function curves(points, varied, k, chosen, low, high) {
  const there = points.filter(p => place(p, varied, k) !== null && p.median !== null), groups = {};
  there.forEach(p => { const key = p.labels.filter((_, n) => n !== k).join('|'); (groups[key] = groups[key] || []).push(p); });
  const few = Object.keys(groups).length <= MOST_CURVES, lines = [];
  for (const group of few ? Object.values(groups) : []) {
    const of = group.slice().sort((a, b) => place(a, varied, k) - place(b, varied, k));
    if (of.length < 2) continue;
    const name = varied.map((v, n) => n === k ? '' : `${v.path} ${of[0].labels[n]}`).filter(s => s).join(', ');
    lines.push({of, name: name || 'median', days: of.map(p => place(p, varied, k)), values: of.map(p => p.median), chosen: of.some(p => p.point === chosen)});
  }
  const at = there.map(p => place(p, varied, k));
  lines.sort((a, b) => a.chosen - b.chosen);
  return {lines, names: names(lines, varied, k, (high - low) / 14), dots: there.map((p, n) => ({x: at[n], y: p.median, point: p.point, of: p})), from: Math.min(...at), to: Math.max(...at)};
}

// What tells each curve from the others, at its right end; of several that end within `near`, what they share. All names, or none.
function names(lines, varied, k, near) {
  const ends = lines.map(l => ({of: [l.of[l.of.length - 1]], x: l.days[l.days.length - 1], y: l.values[l.values.length - 1]})).sort((a, b) => b.y - a.y), found = [];
  for (const e of ends) {
    const last = found[found.length - 1];
    if (last && last.y - e.y < near) last.of.push(...e.of); else found.push(e);
  }
  const all = ends.flatMap(e => e.of), labels = (of, n) => [...new Set(of.map(p => p.labels[n]))];
  const text = of => varied.map((_, n) => n).filter(n => n !== k && labels(of, n).length < labels(all, n).length).map(n => labels(of, n).join(', ')).join('; ');
  const made = found.map(e => ({x: e.x, y: e.y, text: text(e.of)}));
  return made.length <= MOST_NAMES && made.every(e => e.text.length <= LONGEST_NAME) ? made.filter(e => e.text) : [];
}

module.exports = {curves};
