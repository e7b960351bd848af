import type { Component } from './component.ts';

/** A process of Rampart's own. */
export type ProcessClass = 'endpoint';

/** Every name that `signals` takes. */
export const processClasses: readonly ProcessClass[] = ['endpoint'];

/** Programs that end a process that they are given by its number, or take hold of it. */
const signallers: ReadonlySet<string> = new Set(
  'kill skill pkill xargs taskkill gdb lldb strace ltrace gcore reptyr renice cpulimit prlimit criu perf frida'.split(
    ' ',
  ),
);

/** Calls that signal a process, in the languages that `-c` and `-e` are used with: their arguments. */
const signallingCall =
  /\b(?:os\.kill|os\.killpg|process\.kill|Process\.kill|posix_kill|kill|pidfd_open|psutil\.Process)\s{0,4}\(?([^);\n]{1,80})/g;

/** The processes that a command names to end them, to stop them or to take hold of them. */
export function readSignalled(component: Component): readonly number[] {
  if (component.isElsewhere) return [];
  const { code } = component;
  if (code !== null) return numbersIn([...code.matchAll(signallingCall)].map((found) => found[1] ?? ''));
  if (!signallers.has(component.program)) return [];
  return numbersIn(component.words.slice(1).map((word) => word.text));
}

/** Numbers of processes, or of their groups; one of a signal is the number of none of ours. */
function numbersIn(texts: readonly string[]): readonly number[] {
  return texts.flatMap((text) =>
    [...text.matchAll(/(?<![\w.])-?(\d{1,10})(?![\w.])/g)].map((found) => Number(found[1])),
  );
}
