import type { Component } from './component.ts';
import type { Word } from './shellScript.ts';
import { valueOptionsOf } from './valueOptions.ts';

/** The longest text of a command to a database that is looked into. */
const maxLength = 65_536;

/** Statements that take away more than the rows that they name. */
const emptying: readonly RegExp[] = [
  /\bdrop\s+(?:database|schema|table|user|role|view|materialized\s+view|keyspace|index|collection|tablespace|owned|function|type|warehouse|stage|stream|sequence|extension|server|publication|measurement|series|bucket|constraint|graph)\b/,
  /\btruncate\s+(?:table\s+)?["'`\w.[]/,
  /\balter\s+table\s+\S+\s+drop\b/,
  /\bdetach\s+delete\b|\bmatch\s*\(\w*\)\s*(?:detach\s+)?delete\b/,
  /\bflush(?:all|db)\b|\bscript\s+flush\b|\bflush_all\b/,
  /\bremove\s+(?:database|namespace|table)\b|\._drop\s*\(|\bdelete\s+(?:noprompt\s+)?(?:backup|archivelog|obsolete|copy)\b/,
  /\bdropdatabase\s*\(|\.drop(?:indexes|collection)?\s*\(|\bdrop_(?:database|collection|all|table)\s*\(/,
  /\b(?:deletemany|remove|delete_many|deleteone)\s*\(\s*(?:\{\s*\})?\s*\)/,
  /\bshutdown\b\s*(?:nosave|save|abort|immediate)?\s*['"]?\s*$/,
];

/** A statement over a table that has no `where`; statements end at a semicolon. */
const unbounded = /\b(?:delete\s+from\s+["'`\w.[\]]+|update\s+["'`\w.[\]]+\s+set\b)(?![^;]*\bwhere\b)/;

/** A database that is a file of this checkout can be made again. */
function isOwnFile(program: string, words: readonly Word[]): boolean {
  const file = words.slice(1).find((word) => !word.text.startsWith('-'))?.text ?? '';
  return /^(?:sqlite3|litecli|duckdb)$/.test(program) && !/^[/~$]|\.\.|prod|live/.test(file);
}

/** Names of databases that are made for tests, and of those that are a developer's own. */
const testName = /^(?:\w*_)?tests?(?:_\w*)?$/i;
const developmentName = /^(?:\w*_)?(?:dev|devel|development|local|sandbox|scratch)(?:_\w*)?$/i;
const remoteHost = /^(?!localhost$|127\.|::1$|\/|\.|$)/;

interface Database {
  /** Names that the command gives a database; some of them may be another word. */
  readonly names: readonly string[];
  readonly isRemote: boolean;
}

/** What a client is told of the database, in options, an address or as an operand. */
function readDatabase({ program, words }: Component): Database {
  const texts = words.slice(1).map((word) => word.text);
  const values = valueOptionsOf(program);
  const valueOf = (names: RegExp, attached: RegExp): readonly string[] =>
    texts.flatMap((text, index) =>
      names.test(texts[index - 1] ?? '') ? [text] : (attached.exec(text)?.[1] ?? []),
    );
  const address = texts.flatMap((text) => {
    const parts = /^\w+:\/\/(?:[^/@]*@)?([^/:]*)[^/]*\/(\w*)/.exec(text);
    return parts === null ? [] : [{ host: parts[1] ?? '', name: parts[2] ?? '' }];
  });
  const hosts = [
    ...valueOf(/^(?:-h|--host)$/, /^(?:--host=|-h(?=\w))(.+)$/),
    ...address.map(({ host }) => host),
  ];
  const operands = texts.filter(
    (text, index) => !text.startsWith('-') && !values.has(texts[index - 1] ?? '') && !text.includes('://'),
  );
  return {
    names: [
      ...valueOf(/^(?:-[dD]|--(?:db|dbname|database))$/, /^(?:--(?:db|dbname|database)=|-[dD](?=\w))(.+)$/),
      ...address.map(({ name }) => name),
      ...operands.slice(0, 1),
    ],
    isRemote: hosts.some((host) => remoteHost.test(host)),
  };
}

/** A database that is called a test's own, or lives in memory only. */
function isForTests(component: Component, text: string): boolean {
  const { program, words } = component;
  const file = words.slice(1).find((word) => !word.text.startsWith('-'))?.text ?? '';
  if (/^(?:sqlite3|litecli|duckdb)$/.test(program)) return file === ':memory:';
  if (words.some((word) => /prod|live/i.test(word.text))) return false;
  if (/^(?:redis|valkey|keydb)-cli$/.test(program)) return isNumberedStore(words);
  const { names, isRemote } = readDatabase(component);
  if (names.some((name) => testName.test(name))) return true;
  if (isRemote) return false;
  const rest = text.replaceAll(droppedForTests, '');
  if (rest !== text && !emptying.some((pattern) => pattern.test(rest.toLowerCase()))) return true;
  return names.some((name) => developmentName.test(name)) && !/\b(?:drop|alter|truncate)\b/i.test(text);
}

/** A whole database that is a test's own, or a table that was only there for a while. */
const droppedForTests =
  /\bdrop\s+(?:database\s+(?:if\s+exists\s+)?["`]?(?:\w+_)?tests?(?:_\w+)?\b["`]?|table\s+(?:if\s+exists\s+)?["`]?(?:(?:tmp|temp|test|scratch|staging)_\w+|\w+_(?:tmp|temp|test|old|bak|scratch))\b["`]?)(?!\s*,)/gi;

/** A store of this machine other than the first is one that somebody made for this purpose. */
function isNumberedStore(words: readonly Word[]): boolean {
  const texts = words.map((word) => word.text);
  const number = texts[texts.indexOf('-n') + 1] ?? '0';
  const host = texts[texts.indexOf('-h') + 1] ?? '';
  const isHere = !texts.includes('-h') || !remoteHost.test(host);
  return texts.includes('-n') && /^[1-9]\d*$/.test(number) && isHere && !texts.includes('-u');
}

/** `where` that holds for every row. */
const alwaysTrue = /\bwhere\s+(?:1\s*=\s*1|true|1|'1'\s*=\s*'1')\s*(?:['";]|$)/;

/** What is selected as a text is no statement. */
function withoutLiterals(text: string): string {
  return /\bselect\b/.test(text) ? text.replaceAll(/(\bselect\s+)'[^']*'/g, "$1''") : text;
}

/** Whether a text tells a database to lose what is in it, in SQL or in the language of another store. */
export function emptiesData(component: Component, text: string): boolean {
  const { program, words, isOpenEnded } = component;
  if (isForTests(component, text)) return false;
  const searched = withoutLiterals(text.slice(0, maxLength).toLowerCase());
  if (!/drop|truncate|delete|update|flush|remove|shutdown|\bdel\b|unlink/.test(searched)) return false;
  if (/^(?:redis|valkey|keydb)-cli$/.test(program) && /\b(?:del|unlink)\b/.test(searched))
    return isOpenEnded || /\b(?:del|unlink)\b.*(?:\$\(|\*)/.test(searched);
  return (
    emptying.some((pattern) => pattern.test(searched)) ||
    (unbounded.test(searched) && !isOwnFile(program, words)) ||
    (/\b(?:delete|update)\b/.test(searched) && alwaysTrue.test(searched))
  );
}
