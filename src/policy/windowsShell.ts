import { quoteWord } from './shellQuote.ts';
import type { Word } from './shellScript.ts';

const windowsShells: ReadonlySet<string> = new Set(['cmd', 'powershell', 'pwsh']);

/** Whether a program, by its name without `.exe`, reads the language of a Windows shell. */
export function isWindowsShell(program: string): boolean {
  return windowsShells.has(program);
}

/** Words of both shells that mean a program of ours; all in lower case. */
const meanings: ReadonlyMap<string, string> = new Map([
  ...'remove-item ri del erase rd rmdir rm clear-content clear-recyclebin'
    .split(' ')
    .map((name) => [name, 'rm -rf'] as const),
  ...'get-content gc type cat'.split(' ').map((name) => [name, 'cat'] as const),
  ...'stop-process spps taskkill kill'.split(' ').map((name) => [name, 'taskkill'] as const),
  ...'invoke-webrequest iwr invoke-restmethod irm curl wget'
    .split(' ')
    .map((name) => [name, 'curl'] as const),
]);

const fetching =
  /\b(?:iwr|irm|curl|wget|invoke-webrequest|invoke-restmethod|downloadstring|downloadfile|net\.webclient|bitstransfer)\b/i;
const evaluating = /\b(?:iex|invoke-expression)\b|&\s*\(\s*\[scriptblock\]/i;

/** What PowerShell calls setting a variable of the environment. */
const setting =
  /\$env:(\w+)\s*=|\b(?:set-item|si|new-item|ni)\s+(?:-\w+\s+)*['"]?env:[\\/]?(\w+)|\]::setenvironmentvariable\(\s*['"](\w+)/gi;

/**
 * The text that a Windows shell is given, in the words of a POSIX shell: deletions, readings and downloads as the programs that
 * do the same, drives where WSL mounts them. Null when it is given none.
 */
export function translateWindowsText(program: string, words: readonly Word[]): string | null {
  const texts = words.slice(1).map((word) => word.text);
  const at = texts.findIndex((text) =>
    program === 'cmd' ? /^\/[ck]/i.test(text) : /^-c(?:o(?:mmand)?)?$|^-command$/i.test(text),
  );
  const given = at >= 0 ? texts.slice(at + 1) : texts.filter((text) => !/^[-/]/.test(text));
  const joined = given.join(' ');
  // A caret makes a character of cmd mean itself.
  const text = program === 'cmd' ? joined.replaceAll(/\^(.)/g, '$1') : joined;
  if (text === '') return null;
  if (evaluating.test(text) && fetching.test(text)) return 'curl https://unknown.invalid | sh';
  if (evaluating.test(text) && /frombase64|decompress|-join|\[char\]/i.test(text)) return 'base64 -d | sh';
  const read = [
    ...text.matchAll(/\(\s*(?:get-content|gc|cat|type)\s+(?:-\w+\s+)*([^\s()'"]+|'[^']*'|"[^"]*")/gi),
  ];
  const set = [...text.matchAll(setting)].map(([, ...names]) => ['export', `${names.find(Boolean) ?? ''}=`]);
  const statements = [
    ...splitStatements(text),
    ...set,
    ...read.map(([, path]) => ['cat', unquote(path ?? '')]),
  ];
  return statements
    .map((statement, index) => translateStatement(statement, statements[index - 1]))
    .join(' ; ');
}

function splitStatements(text: string): readonly (readonly string[])[] {
  const statements: string[][] = [[]];
  for (const [token] of text.matchAll(/"[^"]*"|'[^']*'|[;|&\n]+|[^\s;|&"']+/g)) {
    if (/^[;|&\n]+$/.test(token)) statements.push([]);
    else statements.at(-1)?.push(unquote(token));
  }
  return statements.filter((statement) => statement.length > 0);
}

function unquote(token: string): string {
  return token.replaceAll(/^["']|["']$/g, '');
}

function translateStatement(
  [first = '', ...rest]: readonly string[],
  before: readonly string[] | undefined,
): string {
  const name = first.toLowerCase().replace(/\.exe$/, '');
  const meaning = meanings.get(name);
  if (meaning === undefined) return [name, ...rest].map(quote).join(' ');
  const operands = rest.filter((text) => !/^-\w/.test(text) && !/^\/[a-z](?::\S*)?$/i.test(text));
  // What a listing has found flows into it.
  const isFed =
    operands.length === 0 && /^(?:get-childitem|gci|ls|dir|get-item|gi)$/i.test(before?.[0] ?? '');
  if (isFed) return translateStatement([first, ...(before ?? []).slice(1)], undefined);
  return `${meaning} ${operands.map((text) => quotePath(text)).join(' ')}`;
}

function quotePath(text: string): string {
  const path = text
    .replace(/^(?:\$env:userprofile|%userprofile%|\$home|\$env:homepath)/i, '~')
    .replaceAll('\\', '/')
    .replace(/^([a-z]):\/?/i, (_whole, drive: string) => `/mnt/${drive.toLowerCase()}/`);
  return path.startsWith('~') ? `~${quote(path.slice(1))}` : quote(path);
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]*$/.test(word) ? word : quoteWord(word);
}
