// @ts-check
// Says of each target of a benchmark whether it was reached.

/** @typedef {{ what: string, measured: number, most?: number, least?: number, unit?: string }} Target */

/** A table of targets; a measured value that is not a number reaches none. @param {readonly Target[]} targets */
export function formatTargets(targets) {
  const rows = targets.map(({ what, measured, most = Infinity, least = -Infinity, unit = '' }) => {
    const isReached = measured <= most && measured >= least;
    const verdict = isReached ? 'reached' : Number.isNaN(measured) ? 'not measured' : '**not reached**';
    const wanted = most === Infinity ? `≥ ${String(least)}${unit}` : `≤ ${String(most)}${unit}`;
    const value = Number.isFinite(measured) ? `${String(Number(measured.toPrecision(4)))}${unit}` : 'none';
    return `| ${[what, wanted, value, verdict].join(' | ')} |`;
  });
  return ['| target | wanted | measured | |', '|---|---|---|---|', ...rows].join('\n');
}
