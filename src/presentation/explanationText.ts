import type { Action, RuleReference } from '../protocol/decision.ts';
import type { Explanation } from '../protocol/explanation.ts';
import type { PanelSection } from './panelMessages.ts';
import { formatRemedies } from './remedyText.ts';
import { formatLine } from './text.ts';
import { plural, t } from './localise.ts';

/** The most lines of one section. */
const maxLines = 50;

/** A decision that is explained. */
export interface Explained {
  readonly action: Action;
  readonly rule: RuleReference | null;
  readonly explanation: Explanation;
}

/** Who reads an explanation. */
export type ExplanationReader = 'person' | 'assistant';

/**
 * Why a command is decided as it is, in sections: what would run, who says what of it, and what can be done, first
 * here and then at the command line. An assistant is not told the commands: they are for the person.
 */
export function formatExplanation(
  { action, rule, explanation }: Explained,
  reader: ExplanationReader = 'person',
): readonly PanelSection[] {
  const { commands, policies, remedies } = explanation;
  const ways = formatRemedies(action, rule);
  const sections: readonly PanelSection[] = [
    { heading: t`What it runs`, lines: commands.flatMap(formatCommand) },
    { heading: t`What policies say now`, lines: policies.flatMap(formatPolicy) },
    ...(reader === 'person'
      ? [
          { heading: t`What you can do`, lines: ways },
          {
            heading: t`The same in a shell of your own`,
            lines: remedies.map((remedy) => formatLine(remedy)),
          },
        ]
      : [{ heading: t`What the person can do, and only the person`, lines: ways }]),
  ];
  return sections
    .filter(({ lines }) => lines.length > 0)
    .map(({ heading, lines }) => ({ heading, lines: cut(lines) }));
}

function formatCommand({
  text,
  directory,
  isElsewhere,
  deletes,
}: Explanation['commands'][number]): readonly string[] {
  const command = formatLine(text);
  const inFolder = directory === null ? command : t`${command} (in ${formatLine(directory)})`;
  return [
    isElsewhere ? t`${command} (elsewhere)` : inFolder,
    ...deletes.map((path) => `    ${t`deletes ${formatLine(path)}`}`),
  ];
}

function formatPolicy({ name, action, index, reasons }: Explanation['policies'][number]): readonly string[] {
  const why = reasons.map(
    ({ field, entry, subject }) => `    ${t`${field} “${formatLine(entry)}” fits ${formatLine(subject)}`}`,
  );
  return [t`${action} by ${formatLine(name)}#${index + 1}`, ...why];
}

function cut(lines: readonly string[]): readonly string[] {
  const more = lines.length - maxLines;
  return more <= 0 ? lines : [...lines.slice(0, maxLines), plural(more)`… and # more | … and # more`];
}
