import { constants } from 'node:os';

/** Whether a signal is in a set as `/proc/PID/status` writes it (`SigIgn`): hexadecimal, the first signal in the lowest bit. */
export function isSignalIn(set: string, signal: NodeJS.Signals): boolean {
  if (!/^[0-9a-f]{1,16}$/i.test(set)) return false;
  return ((BigInt(`0x${set}`) >> BigInt(constants.signals[signal] - 1)) & 1n) === 1n;
}
