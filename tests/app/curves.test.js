// Curves of a sweep over one of its paths, by node's own runner.

const assert = require('node:assert/strict');
const test = require('node:test');
const {curves} = require('../../sim/app/parts/curves.js');

const varied = [{path: 'guards.scale', numeric: true, levels: ['0.5', '1']}, {path: 'handover', numeric: false, levels: ['none', 'hasty', 'formal']}];
const medians = {'1 none': 10, '0.5 none': 90, '1 hasty': 9.9, '0.5 hasty': 60, '1 formal': 2, '0.5 formal': null};
const points = Object.entries(medians).map(([key, median], point) => {
  const [scale, handover] = key.split(' ');
  return {point, median, at: [Number(scale), null], labels: [scale, handover]};
});

test('a curve joins the points that differ in its path alone, in the order of the axis, the chosen one last', () => {
  const found = curves(points, varied, 0, 0, 0, 90);
  assert.deepEqual(found.lines.map(l => [l.name, l.days, l.values]), [['handover hasty', [0.5, 1], [60, 9.9]], ['handover none', [0.5, 1], [90, 10]]]);
  assert.deepEqual(found.lines.map(l => l.chosen), [false, true]);
  assert.deepEqual([found.from, found.to], [0.5, 1]);
  assert.deepEqual(found.dots.map(d => d.point), [0, 1, 2, 3, 4]); // a point without a median has no dot
});

test('curves that end together share a name, and apart have their own', () => {
  assert.deepEqual(curves(points, varied, 0, null, 0, 90).names.map(n => n.text), []); // what all share tells nothing
  assert.deepEqual(curves(points, varied, 0, null, 0, 1).names.map(n => n.text), ['none', 'hasty']);
  const long = [varied[0], {...varied[1], levels: ['a name that does not fit', 'hasty', 'formal']}];
  const renamed = points.map(p => ({...p, labels: [p.labels[0], p.labels[1] === 'none' ? 'a name that does not fit' : p.labels[1]]}));
  assert.deepEqual(curves(renamed, long, 0, null, 0, 1).names, []);
});

test('names stand side by side in the order of the design', () => {
  const found = curves(points, varied, 1, null, 0, 90);
  assert.deepEqual(found.dots.map(d => d.x), [0, 0, 1, 1, 2]);
  assert.deepEqual(found.lines.map(l => l.days), [[0, 1, 2], [0, 1]]);
});

test('too many curves are dots alone', () => {
  const many = Array.from({length: 122}, (_, n) => ({point: n, median: n, at: [n % 2, n >> 1], labels: [String(n % 2), String(n >> 1)]}));
  const paths = [{path: 'a', numeric: true, levels: ['0', '1']}, {path: 'b', numeric: true, levels: []}];
  const found = curves(many, paths, 0, null, 0, 122);
  assert.equal(found.lines.length, 0);
  assert.equal(found.dots.length, 122);
});
