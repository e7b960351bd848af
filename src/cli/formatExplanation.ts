import type { ExplainedPolicy, Explanation } from '../policy/explain.ts';
import type { Policy } from '../policy/policySet.ts';
import type { RuleReference } from '../protocol/decision.ts';
import type { Palette } from './palette.ts';
import { replaceControls } from './plainText.ts';

/** How a decision came about, as sections of text: what would run, which policies were walked, how to allow it. */
export function formatExplanation(
  explanation: Explanation,
  policies: readonly Policy[],
  palette: Palette,
): string {
  const walked = explanation.policies.map((each) =>
    formatPolicy(each, policies.find(({ name }) => name === each.name)?.rules.length ?? 0, palette),
  );
  return [
    palette.strong('What would run:'),
    ...formatCommands(explanation),
    palette.strong('Policies, in the order in which they were walked:'),
    ...walked.flat(),
    ...formatRemedies(explanation.remedies, palette),
    '',
  ].join('\n');
}

/** Lines that say how to have a refused command allowed; none when there is no way. */
export function formatRemedies(remedies: readonly string[], palette: Palette): readonly string[] {
  if (remedies.length === 0) return [];
  return [palette.strong('To allow it:'), ...remedies.map((remedy) => `  ${replaceControls(remedy)}`)];
}

/** `policy#3 (file:line)`, the way a rule is named everywhere. */
export function formatRule({ policy, index, file, line }: RuleReference): string {
  return `${policy}#${index + 1} (${file}:${line})`;
}

function formatCommands({ commands, isFallback, isCut }: Explanation): readonly string[] {
  return [
    ...commands.flatMap((command, index) => [
      `  ${index + 1}. ${replaceControls(command.text)}`,
      ...(command.isElsewhere ? ['       on another machine or in a container'] : []),
      ...(command.isElsewhere || command.directory === null ? [] : [`       in ${command.directory}`]),
      ...command.deletes.map(
        ({ path, places }) =>
          `       deletes ${replaceControls(path)}${places.length === 0 ? '' : `: ${places.join(', ')}`}`,
      ),
    ]),
    ...(commands.length === 0 ? ['  nothing'] : []),
    ...(isFallback ? ['  (the shell text is not whole: it was read by its quotes and operators alone)'] : []),
    ...(isCut ? ['  (it holds more than is read)'] : []),
  ];
}

function formatPolicy(
  { name, origin, isInScope, rule, action, reasons }: ExplainedPolicy,
  count: number,
  palette: Palette,
): readonly string[] {
  const title = origin === 'builtin' ? name : `${name} (${origin})`;
  if (!isInScope) return [palette.quiet(`  ${title}: is about other agents, sessions or tools`)];
  if (rule === null || action === null) return [palette.quiet(`  ${title}: none of ${count} rules matches`)];
  return [
    `  ${title}: ${palette.action(action, action)} by rule ${rule.index + 1} of ${count}, ${rule.file}:${rule.line}`,
    ...reasons.map(
      ({ field, entry, subject }) => `       ${field}: ${entry}  matches  ${replaceControls(subject)}`,
    ),
  ];
}
