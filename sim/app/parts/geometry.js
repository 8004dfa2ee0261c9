// Where things go on a chart or a map: numbers in, numbers out. Parts take it by require, which assets.py fills in.

// A round number (1, 2, 2.5 or 5 times a power of ten) not below `about`.
function round(about) {
  const power = Math.pow(10, Math.floor(Math.log10(about)));
  return [1, 2, 2.5, 5, 10].map(k => k * power).find(s => s >= about * (1 - 1e-9));
}

// The same as a whole number, for counts.
function whole(about) { return Math.max(1, Math.ceil(round(about) - 1e-9)); }

// Round numbers from low to high, about `many` of them.
function ticks(low, high, many) {
  const step = round(Math.max(1e-9, (high - low) / many)), found = [];
  for (let v = Math.ceil(low / step - 1e-9) * step; v <= high + step / 1e6; v += step) found.push(Math.round(v * 1e6) / 1e6 + 0); // no minus zero
  return found;
}

// The axis of values: round ends that hold low and high, and the step of its marks. Parameters: many, steps wanted; whole, for counts.
function reach(low, high, many, whole_) {
  const step = (whole_ ? whole : round)(Math.max(1e-9, high - low) / many);
  return {low: step * Math.floor(low / step + 1e-9), high: step * Math.max(low < 0 ? 0 : 1, Math.ceil(high / step - 1e-9)), step};
}

// Positions at least a gap apart within limits, as near as possible to the wanted ones, in their order.
function spread(wanted, gap, low, high) {
  const order = wanted.map((v, k) => k).sort((a, b) => wanted[a] - wanted[b]), placed = [], result = [];
  gap = order.length > 1 ? Math.min(gap, (high - low) / (order.length - 1)) : gap;
  order.forEach((k, n) => placed.push(Math.max(wanted[k], low, n ? placed[n - 1] + gap : low)));
  let ceiling = high;
  for (let n = placed.length - 1; n >= 0; n--) { placed[n] = Math.min(placed[n], ceiling); ceiling = placed[n] - gap; }
  order.forEach((k, n) => { result[k] = placed[n]; });
  return result;
}

// The area that two boxes [left, top, right, bottom] share.
function overlap(a, b) {
  return Math.max(0, Math.min(a[2], b[2]) - Math.max(a[0], b[0])) * Math.max(0, Math.min(a[3], b[3]) - Math.max(a[1], b[1]));
}

// Whether a box lies on a disc {x, y, r}.
function hides(box, disc) {
  const away = (v, low, high) => Math.max(low - v, 0, v - high);
  return Math.hypot(away(disc.x, box[0], box[2]), away(disc.y, box[1], box[3])) < disc.r;
}

// Whether a line [x, y, x, y] passes through a box; one that only touches it does not.
function crosses(box, [x, y, to, down]) {
  let from = 0, until = 1;
  for (const [start, way, low, high] of [[x, to - x, box[0], box[2]], [y, down - y, box[1], box[3]]]) {
    if (Math.abs(way) < 1e-9) {
      if (start <= low || start >= high) return false;
      continue;
    }
    const ends = [(low - start) / way, (high - start) / way];
    from = Math.max(from, Math.min(...ends));
    until = Math.min(until, Math.max(...ends));
  }
  return until - from > 1e-9;
}

// A line through points, broken where a value is null.
function trace(across, values, x, y) {
  let d = '', pen = 'M';
  for (let k = 0; k < values.length; k++) {
    if (values[k] === null) { pen = 'M'; continue; }
    d += pen + x(across[k]) + ' ' + y(values[k]);
    pen = 'L';
  }
  return d;
}

// Stairs through points, each value holding from the point before up to its own.
function stairs(across, values, x, y) {
  return values.map((v, k) => k ? 'V' + y(v) + 'H' + x(across[k]) : 'M' + x(across[0]) + ' ' + y(v)).join('');
}

// Names below their places, each cut to the room it has. Parameters: room, characters.
function cut(names, room) { return names.map(n => n.length > room ? n.slice(0, room - 1) + '…' : n); }

// The strip between two lines.
function strip(across, low, high, x, y) {
  const there = across.map((a, k) => x(a) + ' ' + y(high[k])), back = across.map((a, k) => x(a) + ' ' + y(low[k])).reverse();
  return 'M' + there.concat(back).join('L') + 'Z';
}

// The area between two lines in two parts: where `high` is above, and where it is below; cut where they cross.
function between(across, low, high, x, y) {
  const found = {over: '', under: ''};
  const part = (a, la, ha, b, lb, hb, over) => { found[over ? 'over' : 'under'] += `M${a} ${y(la)}L${b} ${y(lb)}L${b} ${y(hb)}L${a} ${y(ha)}Z`; };
  for (let k = 1; k < across.length; k++) {
    const before = high[k - 1] - low[k - 1], after = high[k] - low[k], from = x(across[k - 1]), to = x(across[k]);
    if (before * after < 0) {
      const t = before / (before - after), cut = from + t * (to - from), v = low[k - 1] + t * (low[k] - low[k - 1]);
      part(from, low[k - 1], high[k - 1], cut, v, v, before > 0);
      part(cut, v, v, to, low[k], high[k], after > 0);
    } else if (before || after) part(from, low[k - 1], high[k - 1], to, low[k], high[k], before + after > 0);
  }
  return found;
}

module.exports = {round, whole, ticks, reach, spread, overlap, hides, crosses, trace, stairs, cut, strip, between};
