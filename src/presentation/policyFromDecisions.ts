import type { AuditRecord } from '../protocol/auditRecord.ts';
import { isPermitted } from '../protocol/decision.ts';
import { formatLine } from './text.ts';
import type { Choice } from './protectText.ts';
import { formatNumber, plural, t } from './localise.ts';

/** How many different commands are offered. */
const maxCommands = 200;

/** A command that was decided about, as a line to choose. */
export type CommandChoice = Choice<string> & { readonly picked: boolean };

/** Over the list of commands. */
export const policyCommandsTitle = t`Which commands shall the new policy allow?`;

/** Said when nothing was decided yet. */
export const noDecisionsText = t`Nothing has been decided yet. Work in mode monitor for a while, then make a policy of what was run.`;

/** The button that leads to that mode. */
export const setModeButton = t`Set Mode`;

/** What the draft is called; after it come numbers. */
const draftName = 'recent-commands';

/** The first name for a draft that none of these files has. */
export function nameDraft(taken: readonly string[]): string {
  const names = Array.from({ length: taken.length + 1 }, (_, index) =>
    index === 0 ? `${draftName}.yaml` : `${draftName}-${index + 1}.yaml`,
  );
  return names.find((name) => !taken.includes(name)) ?? draftName;
}

/** The different commands of decisions, the most frequent first; what was never refused is chosen already. */
export function policyCommandChoices(records: readonly AuditRecord[]): readonly CommandChoice[] {
  const found = new Map<string, { count: number; refused: number }>();
  for (const { request, decision, tool } of records) {
    if (tool !== 'exec') continue;
    const known = found.get(request.command) ?? { count: 0, refused: 0 };
    known.count += 1;
    if (!isPermitted(decision.action)) known.refused += 1;
    found.set(request.command, known);
  }
  return [...found]
    .sort(([, first], [, second]) => second.count - first.count)
    .slice(0, maxCommands)
    .map(([command, { count, refused }]) => ({
      value: command,
      label: formatLine(command),
      detail: `${formatNumber(count)}× · ${formatOutcomes(count, refused)}`,
      // What was allowed once, by hand, shall not be for good because nobody looked.
      picked: refused === 0,
    }));
}

function formatOutcomes(count: number, refused: number): string {
  if (refused === 0) return t`allowed`;
  return refused === count ? t`denied` : plural(refused)`denied # time | denied # times`;
}

/** A policy that allows commands as they were run, to be read and changed before it is saved. */
export function formatPolicyDraft(commands: readonly string[]): string {
  const patterns = commands.map((command) => `            - ${JSON.stringify(exact(command))}`);
  return `# Made from recent decisions. Read it, and make patterns of what changes. Saved, it is in force.
# What another policy denies or asks about, it still does. To be asked about all that
# stands in no policy, take the # away before default_action.
#   *   any run of characters at the end or the start of a pattern; inside it stops at a slash
version: "1"
# default_action: ask
policies:
  - name: recent-commands
    match:
      tool: exec
    rules:
      - action: allow
        when:
          command_matches:
${patterns.join('\n')}
        message: "run before"
`;
}

/** A pattern that fits this text only. */
function exact(text: string): string {
  return text.replaceAll(/[*?[]/g, '[$&]');
}
