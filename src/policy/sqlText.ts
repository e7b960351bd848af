import type { Component } from './component.ts';
import type { Word } from './shellScript.ts';

/** The longest text of a command to a database that is looked into. */
const maxLength = 65_536;

/** Statements that take away more than the rows that they name. */
const emptying: readonly RegExp[] = [
  /\bdrop\s+(?:database|schema|table|user|role|view|materialized\s+view|keyspace|index|collection|tablespace|owned|function|type|warehouse|stage|stream|sequence|extension|server|publication|measurement|series|bucket|constraint|graph)\b/,
  /\btruncate\s+(?:table\s+)?["'`\w.[]/,
  /\balter\s+table\s+\S+\s+drop\b/,
  /\bdetach\s+delete\b|\bmatch\s*\(\w*\)\s*(?:detach\s+)?delete\b/,
  /\bflush(?:all|db)\b|\bscript\s+flush\b|\bflush_all\b/,
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

/** A database that is called a test's own, or lives in memory only. */
function isForTests({ program, words }: Component): boolean {
  const texts = words.slice(1).map((word) => word.text);
  const file = texts.find((text) => !text.startsWith('-')) ?? '';
  if (/^(?:sqlite3|litecli|duckdb)$/.test(program)) return file === ':memory:';
  if (texts.some((text) => /prod|live/i.test(text))) return false;
  if (/^(?:psql|pgcli|mysql|mariadb)$/.test(program) && /^\w+_tests?$|^tests?_\w+$/.test(file)) return true;
  return texts.some((text, index) => {
    const value = /^(?:-[dD]|--(?:db|dbname|database))$/.test(texts[index - 1] ?? '')
      ? text
      : /^(?:--(?:db|dbname|database)=|-[dD](?=\w)|postgres(?:ql)?:\/\/[^/]+\/|mysql:\/\/[^/]+\/)(.+)$/.exec(
          text,
        )?.[1];
    return value !== undefined && /^(?:\w+_)?tests?(?:_\w+)?$/.test(value);
  });
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
  if (isForTests(component)) return false;
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
