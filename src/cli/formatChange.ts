import type { SettingsChange } from '../client/agents/adaptation.ts';

/** What changes, line by line: `-` goes, `+` comes. Lines that stay are left out. */
export function formatChange({ file, before, after }: SettingsChange): string {
  const old = linesOf(before);
  const next = linesOf(after);
  let start = 0;
  while (start < old.length && start < next.length && old[start] === next[start]) start += 1;
  let end = 0;
  while (
    end < old.length - start &&
    end < next.length - start &&
    old[old.length - 1 - end] === next[next.length - 1 - end]
  )
    end += 1;
  const gone = old.slice(start, old.length - end).map((line) => `-${line}`);
  const come = next.slice(start, next.length - end).map((line) => `+${line}`);
  return [`${file}, line ${start + 1}:`, ...gone, ...come, ''].join('\n');
}

function linesOf(text: string): readonly string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}
