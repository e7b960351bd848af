import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { findRepository } from '../support/findRepository.mjs';
import { agents } from './agents.ts';
import type { AgentName } from './agents.ts';
import type { Form } from './forms.ts';
import type { Outcome } from './play.ts';
import { scenarios } from './scenarios.ts';
import type { Scenario } from './scenarios.ts';
import type { Session } from './session.ts';
import type { AgentOutcomes } from './table.ts';

type Row = readonly string[];

/** Puts tables between their marks in docs/agents.md, where the rest is written by hand. */
export async function writeReport(part: string, text: string): Promise<void> {
  const path = join(findRepository(), 'docs/agents.md');
  const [begin, end] = [`<!-- ${part}: written by npm run test:agents -->`, `<!-- end of ${part} -->`];
  const document = readFileSync(path, 'utf8');
  const [before, after] = [document.indexOf(begin), document.indexOf(end)];
  if (before < 0 || after < before) throw new Error(`${path} has no place for ${part}`);
  const written = `${document.slice(0, before)}${begin}\n\n${text}\n${document.slice(after)}`;
  writeFileSync(path, await format(written, { ...(await resolveConfig(path)), parser: 'markdown' }));
}

export function formatForms(forms: ReadonlyMap<AgentName, Form>): string {
  const rows = [...forms].map(([name, { version, linking, start }]) => [
    agents[name].title,
    version,
    linking,
    start,
    `\`${agents[name].loggedAs}\``,
  ]);
  return formatTable(['agent', 'version', 'its program is', 'starts its shell by', 'in the log'], rows);
}

/** One table an agent, one row a scenario. */
export function formatOutcomes(seen: ReadonlyMap<AgentName, AgentOutcomes>): string {
  return [...seen]
    .map(([name, outcomes]) => `### ${agents[name].title}\n\n${formatAgent(outcomes)}`)
    .join('\n');
}

function formatAgent({ unguarded, preload, terminal }: AgentOutcomes): string {
  const rows = [...unguarded].map(([name, plain]) => {
    const guarded = preload.get(name);
    return [
      (scenarios[name] as Scenario).title,
      plain.harmed ? 'harm' : 'no harm',
      formatOutcome(guarded),
      formatOutcome(terminal.get(name)),
      guarded === undefined ? '' : `${(guarded.elapsedMs / plain.elapsedMs).toFixed(2)}×`,
    ];
  });
  return formatTable(['scenario', 'unguarded', '`rampart preload`', 'terminal of VS Code', 'time'], rows);
}

function formatOutcome(outcome: Outcome | undefined): string {
  if (outcome === undefined) return 'not run';
  const { harmed, told, record } = outcome;
  const logged = record === null ? 'nothing in the log' : `logged as \`${String(record['agent'])}\``;
  return [harmed ? 'harm' : 'prevented', ...(told ? ['told'] : []), logged].join(', ');
}

export function formatSessions(sessions: ReadonlyMap<AgentName, Session>): string {
  const rows = [...sessions].map(([name, { steps, decisions, interrupted, same, ratio }]) => [
    agents[name].title,
    String(steps),
    same ? 'the same' : 'another',
    String(decisions),
    String(interrupted.length),
    `${ratio.elapsed.toFixed(2)}×`,
    `${ratio.processor.toFixed(2)}×`,
  ]);
  const head = ['agent', 'steps', 'result', 'decisions', 'interruptions', 'time', 'processor time'];
  return formatTable(head, rows);
}

function formatTable(head: Row, rows: readonly Row[]): string {
  // A bar ends a cell, also within code.
  const line = (cells: Row): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |\n`;
  return line(head) + line(head.map(() => '---')) + rows.map(line).join('');
}
