// Cells of the CSV files that the page saves, by node's own runner.

const assert = require('node:assert/strict');
const test = require('node:test');
const {quoted} = require('../../sim/app/parts/csv.js');

test('a cell is quoted where it needs it, and no text is a formula', () => {
  assert.deepEqual([3, -2.5, null, undefined, 'day'].map(v => quoted(v)), ['3', '-2.5', '', '', 'day']);
  assert.equal(quoted('a, "b"'), '"a, ""b"""');
  assert.deepEqual(['=1+1', '+x', '-x', '@x'].map(v => quoted(v)), ["'=1+1", "'+x", "'-x", "'@x"]);
  assert.equal(quoted('=a,b'), `"'=a,b"`);
});
