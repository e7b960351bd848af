import { databaseClients, keepers } from './operationPrograms.ts';

/** What is known of programs, by their names without a path. */

const wordsOf = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

/** Fetch something from another machine and can print it. */
export const downloaders = wordsOf(
  'curl wget wget2 fetch aria2c http https xh xhs lynx w3m links ncat nc netcat socat ssh dig drill host nslookup telnet',
);

/** Keep or receive what others put there, and print it when they are told to get it. */
const stores: ReadonlySet<string> = new Set([
  ...keepers,
  ...databaseClients,
  ...wordsOf(
    'ftp lftp tftp sftp smbclient ipfs wormhole magic-wormhole croc mosquitto_sub kcat kafkacat kafka-console-consumer kafka-console-consumer.sh hurl grpcurl websocat wscat oras crane skopeo hf huggingface-cli kaggle swift restic',
  ),
]);

const gettingWord =
  /^(?:-|\/dev\/stdout|cat|view|show|get|read|download|receive|recv|recall|cp|copy|sub|subscribe|consume|query|select\b.*|api|clone|export|dump|fetch|get-object|get-parameter|get-secret-value|ls-tree|-C|-c|-e|-t|--eval|--execute|--command|-\w*c)$/is;
const remoteAddress =
  /^(?:s3|gs|gcs|az|abfss?|wasbs?|hdfs|oci|b2|[st]?ftps?|ip[fn]s|smb|davs?|git|ssh|https?|wss?|mqtts?|docker|oci):\/\//i;
/** What makes a tool print how a shell is set up for it. */
const settingUp =
  /^(?:completions?|autocomplete\S*|init|hook|env|docker-env|shellenv|activate|.*=env|--shell)$/i;

/** Whether a command prints what it fetches from elsewhere; `words` with the program's own name first. */
export function isFetching(program: string, words: readonly string[]): boolean {
  if (downloaders.has(program)) return true;
  if (/^(?:echo|printf|test|\[|(?:[efz]?grep|rg))$/.test(program)) return false;
  const rest = words.slice(1);
  if (rest.some((word) => settingUp.test(word))) return false;
  if (rest.some((word) => remoteAddress.test(word.replace(/^--[\w-]+=/, '')))) return true;
  return stores.has(program) && rest.some((word) => gettingWord.test(word));
}

const anyWord = /^/;
const decodeOption = /^(?:-[a-zA-Z]*[dD]\w*|--d[a-z]*)$/;

/** Turn text that means nothing to a reader into text that does, when they are given such a word. */
const decoders: ReadonlyMap<string, RegExp> = new Map([
  ...['base64', 'base32', 'basenc', 'gzip', 'bzip2', 'xz', 'zstd', 'lz4', 'gpg'].map(
    (program) => [program, decodeOption] as const,
  ),
  ...['uudecode', 'rev', 'tr', 'gunzip', 'bunzip2', 'unxz', 'zcat', 'bzcat', 'xzcat', 'zstdcat'].map(
    (program) => [program, anyWord] as const,
  ),
  ['xxd', /^-[a-z]*r/],
  ['openssl', /^(?:-d|-base64|base64)$/],
]);

/** Talk to another machine, and can carry away what they are given. */
export const senders = wordsOf(
  'curl wget wget2 http https xh xhs nc ncat netcat socat telnet ssh scp sftp rsync rclone ftp lftp tftp mail mailx mutt sendmail msmtp swaks aws gsutil gcloud az s3cmd mc gh glab dig nslookup host drill ping websocat openssl pastebinit wgetpaste nopaste sprunge ix termbin pastery gist croc wormhole magic-wormhole ffsend transfer transfer.sh onionshare onionshare-cli s-nail nail mailutils neomutt mpack telegram-send slackcat discord.sh ntfy gdrive drive megaput mega-put ipfs azcopy b2 s4cmd s5cmd oci aliyun lwp-request GET POST curlie hurl grpcurl wscat tncat sendemail bsd-mailx rsh rcp lp lpr',
);

/** Name, list or use a file without giving its content away. */
export const nonReaders = wordsOf(
  'ls ll wc md5sum sha1sum sha256sum sha512sum cksum b2sum b3sum stat test [ chmod chown chgrp mkdir rmdir rm touch ssh ssh-add ssh-keygen ssh-agent ssh-copy-id ssh-keyscan echo printf which type whereis realpath readlink dirname basename cd pushd export find fd tree du df git mktemp file chattr lsattr getfacl setfacl restorecon mount code nano open xdg-open direnv source . set env unset alias true : gpg-agent kill sleep trap shred unlink tee kubectl helm k9s aws gcloud az docker podman npm pnpm yarn pip pip3 twine psql mysql ansible ansible-playbook terraform tofu gpg gpg2',
);

/** Give a file's content to somebody: links to a file are followed for them. */
export const contentReaders = wordsOf(
  'cat tac head tail less more bat nl base64 base32 xxd od hexdump strings cp mv rsync scp tar zip 7z gzip curl wget nc ncat openssl dd install awk sed grep rg python python3 perl ruby node',
);

/** Run code that they are given as an argument, as a file or on their standard input. */
const interpreters =
  /^(?:python[\d.]*w?|pypy3?|ipython3?|perl[\d.]*|ruby[\d.]*|jruby|irb|node|nodejs|deno|bun|tsx|ts-node|php[\d.]*|lua[\d.]*|luajit|tclsh|wish|expect|osascript|Rscript|julia|groovy|scala|elixir|erl|guile|racket|raku|emacs|sbcl|clisp|clojure|bb|crystal|nim|ocaml|ghci|runghc|R|octave|matlab|swift|dart|escript|iex|pypy|micropython|qjs|jjs|jshell|kotlin|kotlinc|groovysh|zx|vite-node|esno|jiti)$/;

/** Of how many programs it is remembered whether they are interpreters, and how long their names may be. */
const maxRemembered = 1_024;
const maxRememberedLength = 256;
const remembered = new Map<string, boolean>();

/** Whether a program, by its name, is an interpreter of a language other than the shell's. */
export function isInterpreter(program: string): boolean {
  const known = remembered.get(program);
  if (known !== undefined) return known;
  const answer = interpreters.test(program);
  if (remembered.size >= maxRemembered) remembered.clear();
  if (program.length <= maxRememberedLength) remembered.set(program, answer);
  return answer;
}

/** Whether a command turns encoded text into plain text; `words` with the program's own name first. */
export function isDecoding(words: readonly string[]): boolean {
  const [program = '', ...rest] = words;
  const option = decoders.get(program);
  return option !== undefined && (option === anyWord || rest.some((word) => option.test(word)));
}
