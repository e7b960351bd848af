// @ts-check

/** @typedef {{ passed: number, failed: number, skipped: number }} Totals */

const none = { passed: 0, failed: 0, skipped: 0 };

/**
 * What test runners said at their ends, added up: node's runner (spec reporter), Mocha and ctest. A test that
 * was cancelled or only planned counts as failed: it proved nothing.
 * @param {string} output
 * @returns {Totals}
 */
export function readTotals(output) {
  const text = output.replaceAll(/\u001b\[[\d;]*m/g, '');
  return [readNode(text), readMocha(text), readCtest(text)].reduce(addTotals, none);
}

/** @param {Totals} left @param {Totals} right @returns {Totals} */
export function addTotals(left, right) {
  return {
    passed: left.passed + right.passed,
    failed: left.failed + right.failed,
    skipped: left.skipped + right.skipped,
  };
}

/** @param {string} text @returns {Totals} */
function readNode(text) {
  /** @param {string} word */
  const count = (word) => sum(text, new RegExp(`^ℹ ${word} (\\d+)$`, 'gm'));
  return {
    passed: count('pass'),
    failed: count('fail') + count('cancelled') + count('todo'),
    skipped: count('skipped'),
  };
}

/** @param {string} text @returns {Totals} */
function readMocha(text) {
  return {
    passed: sum(text, /^ {2}(\d+) passing\b/gm),
    failed: sum(text, /^ {2}(\d+) failing\b/gm),
    skipped: sum(text, /^ {2}(\d+) pending\b/gm),
  };
}

/** Of skipped tests ctest says nothing in its total, only in the list of those that did not run. @param {string} text @returns {Totals} */
function readCtest(text) {
  const all = sum(text, /^\d+% tests passed, \d+ tests? failed out of (\d+)$/gm);
  const failed = sum(text, /^\d+% tests passed, (\d+) tests? failed out of \d+$/gm);
  const skipped = [...text.matchAll(/^\s+\d+ - .* \((Skipped|Disabled|Not Run)\)$/gm)].length;
  return { passed: Math.max(all - failed - skipped, 0), failed, skipped };
}

/** @param {string} text @param {RegExp} pattern */
function sum(text, pattern) {
  return [...text.matchAll(pattern)].reduce((total, match) => total + Number(match[1]), 0);
}
