// @ts-check
// Says of each target of a benchmark whether it was reached. Figures of the machine (a time, a rate, a size) are reported;
// ratios of what was measured in one run hold on any machine, and a run that misses one fails.

/** @typedef {{ kind: 'ratio' | 'absolute', what: string, measured: number, most?: number, least?: number, unit?: string }} Target */

/** A measured value that is not a number reaches no target. @param {Target} target */
function isReached({ measured, most = Infinity, least = -Infinity }) {
  return measured <= most && measured >= least;
}

/** @param {Target} target */
function formatWanted({ most = Infinity, least = -Infinity, unit = '' }) {
  return most === Infinity ? `≥ ${String(least)}${unit}` : `≤ ${String(most)}${unit}`;
}

/** @param {Target} target */
function formatMeasured({ measured, unit = '' }) {
  return Number.isFinite(measured) ? `${String(Number(measured.toPrecision(4)))}${unit}` : 'none';
}

/** A table of targets. @param {readonly Target[]} targets */
export function formatTargets(targets) {
  const rows = targets.map((target) => {
    const missed = Number.isNaN(target.measured) ? 'not measured' : '**not reached**';
    const verdict = isReached(target) ? 'reached' : missed;
    return `| ${[target.what, target.kind, formatWanted(target), formatMeasured(target), verdict].join(' | ')} |`;
  });
  return ['| target | kind | wanted | measured | |', '|---|---|---|---|---|', ...rows].join('\n');
}

/** What a page says below its table of targets. */
export const noteOnTargets =
  'The command fails when a ratio is not reached; absolute figures depend on the machine and are reported.';

/** A line for each ratio that is missed, or was not measured. @param {readonly Target[]} targets */
export function findMissedRatios(targets) {
  return targets
    .filter((target) => target.kind === 'ratio' && !isReached(target))
    .map((target) => `missed: ${target.what}: ${formatMeasured(target)}, wanted ${formatWanted(target)}`);
}

/** Fails the run, at its end, where a ratio is missed. @param {readonly Target[]} targets */
export function gateRatios(targets) {
  const missed = findMissedRatios(targets);
  for (const line of missed) process.stderr.write(`${line}\n`);
  if (missed.length > 0) process.exitCode = 1;
}
