import { isInterpreter } from './programs.ts';
import { quoteWord } from './shellQuote.ts';
import type { Word } from './shellScript.ts';

/** The longest code that is looked into. */
const maxCodeLength = 65_536;

/** Options whose value is code. */
const codeOptions: ReadonlySet<string> = new Set([
  '-c',
  '-e',
  '-E',
  '-r',
  '-p',
  '-ne',
  '-pe',
  '-pi',
  '--eval',
  '-eval',
  'eval',
  '--execute',
  '--batch-eval',
  '--print',
]);

const literal = String.raw`(?:'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)")`;

/** What may stand between the name of a call and its first argument: a parenthesis, and a call around the argument. */
const opening = String.raw`!?\s{0,4}\(?\s{0,4}(?:-\w{1,20}\s{1,4}){0,3}(?:[\w.]{1,40}\s?\(?\s?)?`;

const deleting =
  'rmtree|remove_tree|removedirs|rm_rf!?|rm_r|rm_f|remove_dir|remove_dir_all|remove_entry_secure|remove_entry|removeSync|removeAll|rmSync|rmdirSync|unlinkSync|unlink|rmdir|rimraf|delete-directory|delete-file|file\\.remove|removeTree|RemoveAll|emptyDirSync|emptyDir|truncateSync|truncate|removeItem|remove|delete|rm|ftruncate';

/** Calls that delete what their first argument names, in the languages that `-c` and `-e` are used with. */
const deletingCall = new RegExp(String.raw`\b(?:${deleting})${opening}${literal}`, 'g');

/** Deletions of what the code has found, in a directory that stands elsewhere in it. */
const deletingFound =
  /\b(?:rmtree|remove_tree|rm_rf!?|rm_r|rmSync|\.rmdir|rmdirSync|unlinkSync|unlink|rimraf|removeSync|os\.remove|os\.rmdir|File\.delete|FileUtils\.rm\w*|fs\.rm|removeRecursively|deleteRecursively|deleteDir|removeItem)\b/;

const isFarPath = (path: string): boolean => /^(?:\/|~|\.\.)/.test(path);

/** Calls that delete something of which only the home directory is known. */
const deletingHome = new RegExp(
  String.raw`\b(?:${deleting})\s{0,4}\(?[^\n;]{0,60}(?:Path\.home|Dir\.home|user_home|user\.home|NSHomeDirectory|homeDirectory|expanduser|homedir|HOME)`,
);

const running =
  'system|execute|popen|getoutput|getstatusoutput|os\\.cmd|System\\.cmd|shell|shell-command|call-process|check_output|check_call|call|run|Popen|execSync|execFileSync|exec|spawnSync|spawn|shell_exec|passthru|Process|ProcessBuilder';

/** Calls that give their first argument to a shell. */
const shellCall = new RegExp(String.raw`\b(?:${running})${opening}${literal}`, 'g');

/** Calls that start a program with a list of words: `run(['rm', 'x'])`, `spawn('rm', ['x'])`, `exec(new String[]{"rm"})`. */
const listCall = new RegExp(
  String.raw`\b(?:${running})\s{0,4}\(\s{0,4}(?:${literal}\s{0,4},\s{0,4})?(?:\[|new String\[\]\s?\{)([^\]}\n]{0,500})[\]}]`,
  'g',
);

/** The same without brackets: `system('rm', 'x')`. */
const wordsCall = new RegExp(
  String.raw`\b(?:${running})\s{0,4}\(?\s{0,4}(${literal}(?:\s{0,4},\s{0,4}${literal}){1,15})`,
  'g',
);

/** Shell text in backticks, or behind `%x`, in languages that have them. */
const quotedCommand = /`([^`]{1,2000})`|%x[({[]([^)}\]]{1,2000})[)}\]]|\bqx[({/]([^)}/]{1,2000})[)}/]/g;

/** A template that a shell runs, in JavaScript: `$`rm x``. */
const taggedCommand = /\$`([^`]{1,2000})`/g;

/** Text that runs itself, in Groovy: `"rm x".execute()`. */
const executedText = new RegExp(String.raw`${literal}\.execute\(`, 'g');

/** What awk takes from a shell, or hands to one: `"rm x" | getline`, `print | "sh"`. */
const piped = new RegExp(String.raw`${literal}\s{0,4}\|&?\s{0,4}getline|\|&?\s{0,4}${literal}`, 'g');

const anyLiteral = new RegExp(literal, 'g');

/** What gives away that code talks to another machine. */
const talking =
  /['"](?:node:)?(?:https?|http2|net|dgram|tls|dns)['"]|LWP::|IO::Socket|Net::|\b(?:curl|wget)\s|['"]net['"]|(?:include|require)(?:_once)?\s*\(?\s*['"]https?:|\b(?:requests\.|urllib|urlopen|http\.client|httpx|aiohttp|socket|fetch\s{0,4}\(|axios|https?\.request|\bhttr2?::|\bRCurl::|Net::HTTP|LWP::|open-uri|URI\.open|HTTP::Tiny|\bcurl_(?:init|exec)|Invoke-WebRequest|DownloadString|require\(['\x22](?:node:)?(?:https?|net|dgram)['\x22]\)|from ['\x22](?:node:)?https?['\x22]|LWP|Deno\.connect|dns\.|smtplib|ftplib|paramiko|IO::Socket|TCPSocket|fsockopen|file_get_contents\s{0,4}\(\s{0,4}.http)/;

/** All that a program was started with, in the languages that `-c` and `-e` are used with. */
const wholeEnvironment =
  /\bos\.environ\b(?!\s*(?:\[|\.(?:get|setdefault|pop)\b))|\bprocess\.env\b(?!\s*(?:\[|\??\.\w))|(?<![\w'"])%ENV\b|\bENV\.(?:to_\w+|inspect|map|each|entries|sort|select)\b|\bENV\s*[,)]|\bgetenv\(\s*\)|\$_ENV\b(?!\s*\[)|\bSys(?:tem)?\.getenv\(\)|\bDeno\.env\.toObject|\{\s{0,4}env\b[^}]{0,80}\}\s{0,4}=\s{0,4}process\b|\/proc\/self\/environ/;

/** Whether code takes in the whole environment, tokens among it. */
export function isTakingEnvironment(code: string): boolean {
  return wholeEnvironment.test(code);
}

/** Words that say in Tcl and in expect what goes, or what is started. */
const tclDeletion = /\bfile\s+delete\s+(?:-force\s+)?(?:--\s+)?([^\s;"'\]]+)/g;
const tclStart = /\b(?:spawn|exec)\s+([^\n;\]"']+)/g;

/** Calls that change the file that they name. */
const writing =
  /\bopen\s{0,4}\(?[^)\n]{0,200}['"][rb]?(?:[wax]|>{1,2})|\b(?:write|append)(?:File|FileSync|_text|_bytes|lines|all|Text)?\w{0,20}\s{0,4}\(|\bFile\.(?:write|open|rename|symlink|chmod)|\b(?:copy|copy2|copyfile|copytree|move|rename|replace|symlink|link|chmod|cp|cp_r|mv|install|file_put_contents|fputs|truncate)(?:Sync|_to)?\s{0,4}\(|\bmake-symbolic-link|\bspew/;

/** Calls that take passwords and cookies out of where the person keeps them. */
const takingSecrets =
  /\bkeyring\b|browser_?cookie|secretstorage|win32crypt|CryptUnprotectData|\bkeytar\b|SecItemCopyMatching|SecKeychain|get_frozen_credentials|chrome-cookies|\bpykeepass\b|hvac\.Client|get_secret_value|access_secret_version|getSecretValue|accessSecretVersion|GetSecret\b|\blibsecret\b|\bSecret\.password_lookup/;

/** Whether code takes passwords out of where they are kept. */
export function isTakingSecrets(code: string): boolean {
  return takingSecrets.test(code);
}

/** Libraries of clouds, clusters, stores and other services. */
const serviceLibrary =
  /\b(?:boto3|botocore|aws-sdk|googleapiclient|google\.cloud|azure\.|kubernetes|openstack|digitalocean|hcloud|linode_api4|oci\.|stripe|twilio|github|gitlab|octokit|jira|slack_sdk|firebase_admin|supabase|redis|ioredis|pymongo|mongoose|mongodb|elasticsearch|opensearchpy|hvac|pika|kafka|boto|qdrant_client|pinecone|weaviate|cloudflare|heroku3|pulumi|terraform|django|flask_sqlalchemy|sqlalchemy|ActiveRecord|Aws::|PrismaClient|sequelize|typeorm)\b|@aws-sdk|@google-cloud|@azure\/|@kubernetes|@octokit|@elastic|@slack|@prisma|firebase-admin/;

/** Methods that take away what a service keeps, not an entry of a list. */
const serviceDeletion =
  /[._](?:delete|destroy|terminate|purge|drop|flush|deregister|truncate|wipe)(?:_\w+|[A-Z]\w*|all|db)?\s{0,4}\(|\bDelete\w*Command\b|\bTerminate\w*Command\b/;

/** Whether code asks a service elsewhere, through its library, to take something away. */
export function isUsingService(code: string): boolean {
  return serviceLibrary.test(code) && serviceDeletion.test(code);
}

/** Whether code changes files. */
export function isWriting(code: string): boolean {
  return writing.test(code);
}

/** Code that an interpreter is given as an argument or on its standard input; null when there is none. */
export function readInlineCode(
  program: string,
  words: readonly Word[],
  hereText: string | null,
): string | null {
  if (awks.has(program)) return awkCode(words);
  const isGo = program === 'go' && words[1]?.text === 'run';
  if (!isInterpreter(program) && !isGo) return null;
  const given = words.flatMap((word, index) =>
    codeOptions.has(words[index - 1]?.text ?? '') ? [word.text] : [],
  );
  const code = given.length > 0 ? given.join('\n') : hereText;
  return code === null || code === '' ? null : code.slice(0, maxCodeLength);
}

const awks: ReadonlySet<string> = new Set(['awk', 'gawk', 'mawk', 'nawk']);

/** The first operand, unless the code stands in a file. */
function awkCode(words: readonly Word[]): string | null {
  for (let at = 1; at < words.length; at += 1) {
    const text = words[at]?.text ?? '';
    if (/^(?:-[vF]|--assign|--field-separator)$/.test(text)) at += 1;
    else if (/^(?:-f|--file)/.test(text)) return null;
    else if (!text.startsWith('-')) return text;
  }
  return null;
}

/** The paths that code deletes, as far as they stand in it; `~/?` for something in the home directory. */
export function deletedPaths(code: string): readonly string[] {
  const direct = [...argumentsOf(code, deletingCall), ...argumentsOf(code, tclDeletion)].filter(
    (text) => !text.includes('('),
  );
  const paths = direct.length > 0 || !deletingFound.test(code) ? direct : namedPaths(code).filter(isFarPath);
  return deletingHome.test(code) ? [...paths, '~/?'] : paths;
}

/** The shell texts that code runs, as far as they stand in it. */
export function shellTexts(code: string, program: string): readonly string[] {
  const lists = [...code.matchAll(listCall)].map(([, single, double, list]) => {
    const words = [single ?? double ?? '', ...argumentsOf(list ?? '', anyLiteral)];
    return quoteWords(words);
  });
  const calls = [...code.matchAll(wordsCall)].map(([, words]) =>
    quoteWords(argumentsOf(words ?? '', anyLiteral)),
  );
  const quoted = /^(?:ruby|perl|php|julia)/.test(program)
    ? [...code.matchAll(quotedCommand)].map(([, tick, percent, qx]) => tick ?? percent ?? qx ?? '')
    : [...code.matchAll(taggedCommand)].map(([, text]) => text ?? '');
  const started = /^(?:expect|tclsh|wish)$/.test(program) ? argumentsOf(code, tclStart) : [];
  const piping = awks.has(program)
    ? [...code.matchAll(piped)].map((found) => found[2] ?? found[4] ?? '')
    : [];
  return [
    ...argumentsOf(code, shellCall),
    ...[...lists, ...calls].map((words) => words.join(' ')),
    ...argumentsOf(code, executedText),
    ...quoted,
    ...started,
    ...piping,
  ];
}

function quoteWords(words: readonly string[]): readonly string[] {
  return words.filter((word) => word !== '').map(quoteWord);
}

/** What gives away that code puts paths together from the home directory. */
const homeInCode = /\bHOME\b|homedir|expanduser|Path\.home|userprofile/i;

/** Literals that are put together to one path: `'a' / 'b'`, `join(x, 'a', 'b')`. */
const joinedLiterals = new RegExp(String.raw`${literal}(?:\s{0,4}[,/+.]\s{0,4}${literal}){0,4}`, 'g');

/** The texts in code that may name a file; those that are put behind the home directory begin with `~/`. */
export function namedPaths(code: string): readonly string[] {
  const paths = argumentsOf(code, anyLiteral).filter(
    (text) => /^[~./\w][^\s]*$/.test(text) && /[/.~]/.test(text),
  );
  if (!homeInCode.test(code)) return paths;
  const joined = [...code.matchAll(joinedLiterals)].map(([whole]) =>
    argumentsOf(whole, anyLiteral)
      .join('/')
      .replace(/^(?:~|HOME)?\/*/, '')
      .replaceAll(/\/{2,}/g, '/'),
  );
  const single = argumentsOf(code, anyLiteral).map((text) =>
    text.replace(/^.*[\]})](?=\/)/, '').replace(/^(?:~|HOME)?\/*/, ''),
  );
  return [
    ...paths,
    ...[...single, ...joined].filter((text) => text !== '' && !/\s/.test(text)).map((text) => `~/${text}`),
  ];
}

const evaluating =
  /\(\s*eval\s*\)|\b(?:include|require)(?:_once)?\s*\(?\s*['"](?:https?|ftp|data|php):|\b(?:eval|exec|execfile|instance_eval|class_eval|new Function|Function|vm\.run\w*|runInThisContext|loadstring|load|compile|assert|create_function|marshal\.loads|pickle\.loads|__import__)\s{0,4}(?:[({]|["'`$\w])/;

const decodingCalls =
  /b(?:64|32|16|85)decode|base64\.|base64['"]\s*\)|['"](?:base64|hex)['"]|decode_base64|fromhex|unhexlify|\batob\s*\(|pack\s*\(?\s*['"][HhCUmu]|\.unpack1?\b|zlib|inflate|gzuncompress|decompress|rot_?13|codecs\.decode|fromCharCode|\bchr\b|str_rot13|hex2bin|marshal|\[::-1\]|\.reverse\b|strrev/;

const socket =
  /\bsocket|['"](?:node:)?net['"]|fsockopen|TCPSocket|IO::Socket|TCPClient|\binet_aton\b|\/inet\/tcp\//i;
const shellStarted =
  /(?:spawn|exec\w*|system|popen|passthru|fork|pty)\b[\s\S]{0,200}\b(?:(?:ba|z|da|k)?sh|cmd(?:\.exe)?|powershell)\b/i;

/** Whether code gives another machine a shell. */
export function isOpeningShell(code: string): boolean {
  return socket.test(code) && shellStarted.test(code);
}

/** A command that is given to a shell, or code that is evaluated, straight out of a decoder. */
const runningDecoded = new RegExp(
  String.raw`\b(?:${running}|eval|exec\w*|Function|loads)\s{0,4}\(\s{0,4}(?:\[[^\]]{0,80})?(?:[\w.]{0,60}\(\s{0,4}){0,3}[^'"()]{0,60}(?:b(?:64|32|16|85)decode|fromhex|unhexlify|\batob|Buffer\.from|decode64|decode_base64|base64_decode|codecs\.decode|hex2bin|unpack|decompress|str_rot13|gzinflate)\b`,
);

/** Whether code runs what only a decoder makes readable. */
export function isRunningDecoded(code: string): boolean {
  return runningDecoded.test(code);
}

/** Whether code evaluates something as code. */
export function isEvaluating(code: string): boolean {
  return evaluating.test(code);
}

/** Whether code makes text out of what a reader cannot read. */
export function isDecodingCode(code: string): boolean {
  return decodingCalls.test(code);
}

/** Whether code talks to another machine. */
export function isTalking(code: string): boolean {
  return talking.test(code);
}

function argumentsOf(code: string, call: RegExp): readonly string[] {
  return [...code.matchAll(call)].map((found) => (found[1] ?? found[2] ?? '').replaceAll(/\\(.)/g, '$1'));
}

/** Whether an interpreter names no script: `python3`, `python3 -u -`, `node --input-type=module`. */
export function takesCodeFromInput(words: readonly Word[]): boolean {
  const [first] = words.slice(1).filter(({ text }) => text === '-' || !text.startsWith('-'));
  const isGiven = words.some(({ text }) => /^-(?:[a-zA-Z]*[cer]|p|-eval|-print)$/.test(text));
  return !isGiven && (first === undefined || first.text === '-');
}
