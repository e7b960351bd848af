import { neverReached } from '../base/assert.ts';
import type { SessionView } from '../protocol/session.ts';
import { formatAgent } from './agentLabel.ts';
import { iconColors, type Icon } from './icon.ts';
import { formatCounts } from './decisionCounts.ts';
import type { DetailField } from './decisionLabel.ts';
import type { BareProgram, GuardState, PartlyReason, UnguardedReason } from './guardState.ts';
import { plural, t } from './localise.ts';
import { formatLine } from './text.ts';

/** One terminal or task of a window, or a session of another program. */
export interface SessionSubject {
  readonly name: string;
  readonly kind: 'terminal' | 'task' | 'unknown';
  readonly hidden: boolean;
  /** Null when it has none. */
  readonly pid: number | null;
  readonly state: GuardState;
}

/** A terminal or task as a view shows it. */
export interface SessionLabel {
  readonly label: string;
  readonly description: string;
  readonly icon: Icon;
  /** What the state means. */
  readonly sentence: string;
  readonly fields: readonly DetailField[];
  readonly spoken: string;
}

/** How a terminal or task is shown: what it is called, whether it is guarded and if not why, and its counts. */
export function formatSession(subject: SessionSubject): SessionLabel {
  const label = formatLine(subject.name) || (subject.pid === null ? t`terminal` : t`process ${subject.pid}`);
  const look = describe(subject.state);
  const view = 'view' in subject.state ? subject.state.view : null;
  const kind = subject.kind === 'task' ? t`task` : subject.hidden ? t`hidden` : '';
  const counts = view === null ? '' : formatCounts(view);
  const agent = view?.agent == null ? '' : formatAgent(view.agent);
  const description = [kind, look.words, agent, counts].filter((part) => part !== '').join(' · ');
  return {
    label,
    description,
    icon: look.icon,
    sentence: look.sentence,
    fields: detailFields(subject, view),
    spoken: `${label}, ${description}`,
  };
}

interface Look {
  readonly words: string;
  readonly sentence: string;
  readonly icon: Icon;
}

function describe(state: GuardState): Look {
  switch (state.kind) {
    case 'guarded':
      return {
        words: t`guarded`,
        sentence: t`The preload library is loaded in it: every program it starts is asked about.`,
        icon: { id: 'shield', color: iconColors.allowed },
      };
    case 'dormant':
      return {
        words: t`agents only`,
        sentence: t`What a person types or debugs in it is not asked about; what agents in it start is.`,
        icon: { id: 'shield', color: iconColors.quiet },
      };
    case 'partly':
      return {
        words: t`partly guarded: ${partlyWords(state.reason)}`,
        sentence: partlySentence(state.reason),
        icon: { id: 'warning', color: iconColors.attention },
      };
    case 'checking':
      return {
        words: t`checking…`,
        sentence: t`It was just opened; the library has not spoken up yet.`,
        icon: { id: 'loading~spin', color: null },
      };
    case 'notStarted':
      return {
        words: t`not started`,
        sentence: t`Its process has not started yet.`,
        icon: { id: 'circle-outline', color: null },
      };
    case 'unknown':
      return {
        words: t`not known`,
        sentence: t`The policy endpoint does not answer, so nobody can tell whether it is guarded.`,
        icon: { id: 'question', color: iconColors.attention },
      };
    case 'unguarded':
      return {
        words: t`not guarded: ${reasonWords[state.reason]}`,
        sentence: reasonSentences[state.reason],
        icon: { id: 'warning', color: iconColors.attention },
      };
    default:
      return neverReached(state);
  }
}

function partlyWords(reason: PartlyReason): string {
  if (reason.kind === 'ownProgram') return reasonWords[reason.cause];
  const name = formatLine(reason.name);
  return reason.others === 0
    ? t`not ${name}`
    : plural(reason.others)`not ${name} and # other | not ${name} and # others`;
}

function partlySentence(reason: PartlyReason): string {
  if (reason.kind === 'program') return bareSentence(formatLine(reason.name), reason.why);
  const what = t`What is started in it directly is not asked about; what those programs start is.`;
  return [what, reasonSentences[reason.cause]].join(' ');
}

function bareSentence(name: string, why: BareProgram['reason']): string {
  switch (why) {
    case 'notLoaded':
      return t`${name} runs in it without the library, though it was told to load it: it is static, or a sandbox keeps the library out. What it starts is not asked about.`;
    case 'notTold':
      return t`${name} runs in it without the library, because it was started without the loader variable. What it starts is not asked about.`;
    case 'privileged':
      return t`${name} runs in it with rights of its own, from which the system keeps libraries away. What it starts is not asked about.`;
  }
}

const reasonWords: Readonly<Record<UnguardedReason, string>> = {
  openedBeforeGuard: t`opened earlier`,
  guardOff: t`the guard is off`,
  noProcess: t`no process`,
  unsupported: t`not supported here`,
  silent: t`the library is not loaded`,
  unloadable: t`its program loads no library`,
  replacedVariable: t`the loader variable was replaced`,
  replacedAddress: t`RAMPART_URL was replaced`,
  lenient: t`RAMPART_MODE was set in it`,
  strippedEnvironment: t`started without the loader variable`,
  becameAnother: t`its program became another one`,
  startedEarlier: t`started earlier, or static`,
  debugConsole: t`debugged in the internal console`,
  debugOutside: t`debugged in an external terminal`,
};

const reasonSentences: Readonly<Record<UnguardedReason, string>> = {
  openedBeforeGuard: t`It was opened before the guard was turned on, and a running process cannot be guarded. Protect it to have it opened anew.`,
  guardOff: t`The guard is off for new terminals. Protect this one to turn it on.`,
  noProcess: t`It is drawn by an extension and has no process that could be guarded.`,
  unsupported: t`There is no preload library for this platform.`,
  silent: t`It was opened with the guard on, but the library did not speak up: a sandbox may keep it out.`,
  unloadable: t`Its program is static, set-uid or of another machine, so no library can be loaded into it, however often it is relaunched. Choose another shell for it: “Terminal: Select Default Profile”.`,
  replacedVariable: t`Another extension, a setting or a task replaces the loader variable, so the library is not loaded. Take that out, and relaunch it guarded.`,
  replacedAddress: t`Another extension, a setting or a task replaces \`RAMPART_URL\`, so the library in it asks somebody else. Take that out, and relaunch it guarded.`,
  lenient: t`Another extension, a setting or a task sets \`RAMPART_MODE\` in it, so nothing in it is stopped, whatever the mode here is. Take that out, and relaunch it guarded.`,
  strippedEnvironment: t`Its program was started with an environment of its own, without the loader variable. Relaunch it guarded, or start it from a guarded terminal.`,
  becameAnother: t`It was guarded, until its program was replaced by one without the library, which is static or set-uid. Relaunch it guarded.`,
  startedEarlier: t`An extension started it before the extension host was guarded, or it cannot load the library. Run “Developer: Restart Extension Host” to have everything started anew.`,
  debugConsole: t`The internal console is started without the variables that guard a terminal. Set \`"console": "integratedTerminal"\` in the launch configuration to have it guarded.`,
  debugOutside: t`An external terminal is started without the variables that guard one of the editor’s. Set \`"console": "integratedTerminal"\` in the launch configuration to have it guarded.`,
};

function detailFields(subject: SessionSubject, view: SessionView | null): readonly DetailField[] {
  const fields: readonly (readonly [string, string | null])[] = [
    [t`Process`, subject.pid === null ? null : String(subject.pid)],
    [t`Agent`, view?.agent == null ? null : formatAgent(view.agent)],
    [t`Decisions`, view === null ? null : String(view.decisions)],
    [t`Denied`, view === null ? null : String(view.denied)],
    [t`Would have been denied`, view === null || view.unenforced === 0 ? null : String(view.unenforced)],
    [t`Library`, view?.library ?? null],
    [t`Hidden`, subject.hidden ? t`not shown in the terminal list` : null],
  ];
  return fields.flatMap(([name, value]) => (value === null ? [] : [{ name, value }]));
}

/** The heading over guarded sessions that are not terminals of this window. */
export const elsewhereLabel = t`Outside this window`;
