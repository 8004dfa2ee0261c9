// Where things go on a chart or a map, by node's own runner: node --test tests/app

const assert = require('node:assert/strict');
const test = require('node:test');
const geometry = require('../../sim/app/parts/geometry.js');

test('ticks are round, cover the range and reach no further', () => {
  assert.deepEqual(geometry.ticks(0, 60, 4), [0, 20, 40, 60]);
  assert.deepEqual(geometry.ticks(-0.3, 1, 4), [0, 0.5, 1]);
  assert.deepEqual(geometry.ticks(-500, 0, 2), [-500, -250, 0]);
  for (const [low, high] of [[0, 1e-3], [3, 1234567], [-7, -2]]) {
    const found = geometry.ticks(low, high, 4), step = found[1] - found[0];
    assert.ok(found.length >= 2 && found.length <= 6, String(found));
    assert.ok(found[0] >= low - 1e-6 && found[found.length - 1] <= high + 1e-6 && high - found[found.length - 1] < step * 1.001);
  }
});

test('steps of counts are whole', () => {
  assert.deepEqual([0.2, 1, 1.1, 3, 21, 26].map(geometry.whole), [1, 1, 2, 5, 25, 50]);
});

test('an axis of values has round ends that hold them, and 0', () => {
  assert.deepEqual(geometry.reach(0, 6, 3, true), {low: 0, high: 6, step: 2});
  assert.deepEqual(geometry.reach(-12, 31, 3, true), {low: -20, high: 40, step: 20});
  assert.deepEqual(geometry.reach(0, 0.034, 2, false), {low: 0, high: 0.04, step: 0.02});
  assert.deepEqual(geometry.reach(0, 0, 3, true), {low: 0, high: 1, step: 1});
  assert.deepEqual(geometry.reach(-7, -2, 3, true), {low: -8, high: 0, step: 2});
});

test('labels keep a gap, stay inside, and move no further than they must', () => {
  assert.deepEqual(geometry.spread([10, 50], 12, 0, 100), [10, 50]);
  const close = geometry.spread([99, 98, 97], 12, 0, 100);
  assert.deepEqual(close, [100, 88, 76]);
  const crowded = geometry.spread([5, 5, 5, 5, 5], 40, 0, 100).sort((a, b) => a - b);
  assert.deepEqual(crowded, [0, 25, 50, 75, 100]);
});

test('boxes that only touch share nothing', () => {
  assert.equal(geometry.overlap([0, 0, 10, 10], [5, 5, 20, 20]), 25);
  assert.equal(geometry.overlap([0, 0, 10, 10], [10, 0, 20, 10]), 0);
});

test('a box hides a disc that it lies on, and a line crosses a box that it passes through', () => {
  assert.equal(geometry.hides([0, 0, 10, 4], {x: 13, y: 2, r: 3.1}), true);
  assert.equal(geometry.hides([0, 0, 10, 4], {x: 13, y: 2, r: 3}), false);
  assert.equal(geometry.hides([0, 0, 10, 4], {x: 12, y: 6, r: 2.5}), false); // at a corner
  assert.equal(geometry.hides([0, 0, 10, 4], {x: 5, y: 2, r: 0.1}), true); // within
  assert.equal(geometry.crosses([0, 0, 10, 4], [-5, 2, 15, 3]), true);
  assert.equal(geometry.crosses([0, 0, 10, 4], [-5, 2, -1, 2]), false); // ends before
  assert.equal(geometry.crosses([0, 0, 10, 4], [5, -3, 5, 0]), false); // touches
  assert.equal(geometry.crosses([0, 0, 10, 4], [3, -5, 3, 9]), true);
  assert.equal(geometry.crosses([0, 0, 10, 4], [12, 0, 12, 9]), false);
});

test('a line is broken where there is nothing to draw', () => {
  const same = v => v;
  assert.equal(geometry.trace([0, 1, 2, 3], [5, null, 6, 7], same, same), 'M0 5M2 6L3 7');
  assert.equal(geometry.strip([0, 1], [1, 2], [3, 4], same, same), 'M0 3L1 4L1 2L0 1Z');
});

test('the share of at least so much holds back to the value before', () => {
  const share = geometry.stairs([0, 10, 30], [1, 0.5, 0.25], v => v, v => 100 * v);
  assert.equal(share, 'M0 100V50H10V25H30'); // at 20, between two values, a quarter has at least so much
});

test('names are cut to their room', () => {
  assert.deepEqual(geometry.cut(['none', 'formal handover'], 6), ['none', 'forma…']);
});

test('a gap that changes its sign is two areas, cut where the lines cross', () => {
  const same = v => v, found = geometry.between([0, 1, 2], [0, 4, 0], [2, 2, 2], same, same);
  assert.equal(found.over, 'M0 0L0.5 2L0.5 2L0 2ZM1.5 2L2 0L2 2L1.5 2Z');
  assert.equal(found.under, 'M0.5 2L1 4L1 2L0.5 2ZM1 4L1.5 2L1.5 2L1 2Z');
});
