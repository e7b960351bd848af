/** A program that takes a secret in an option that means something else to others, or in no option that says so. */
export interface SecretTaker {
  /** Matches at the end of the word that names it, or one of its commands. */
  readonly name: RegExp;
  /** The program of which that is a command; absent where it is a program itself. */
  readonly of?: RegExp;
  readonly options: readonly SecretOption[];
  /** Matches an option whose value is the next word, where another program's words follow behind its own options. */
  readonly before?: RegExp;
}

/** An option with a secret. */
export interface SecretOption {
  /** Matches at the beginning of the option's word; the value is the rest of it. */
  readonly option: RegExp;
  /** Whether the value may also be the next word. */
  readonly takesNext: boolean;
  /** Matches what of a value stays; a value that it does not match is no secret. */
  readonly kept: RegExp;
}

/** `docker run --name mysql -p3306:3306` */
const noPort = /^(?!(?:[\d.]+:)+\d+(?:\/\w+)?$)/;

/** The value of an option is no option, and no empty pair of quotes. */
const anyWord = /^(?!-|''$|""$)/;

function next(option: RegExp, kept = anyWord): SecretOption {
  return { option, takesNext: true, kept };
}

function attached(option: RegExp, kept = /^/): SecretOption {
  return { option, takesNext: false, kept };
}

/** Programs by the folder or the quote before their name. */
function named(names: string): RegExp {
  return new RegExp(`(?:^|[/'"])(?:${names})$`);
}

const upToColon = /^[^:]*:/;

export const secretTakers: readonly SecretTaker[] = [
  {
    name: named('curl'),
    options: [
      next(/^(?:-[0146aBfgGiIjJkLlMnNOpqRsSvZ#]*[uUE]|--(?:proxy-)?(?:user|cert)(?:=|$))/, upToColon),
      next(/^(?:-[0146aBfgGiIjJkLlMnNOpqRsSvZ#]*b|--cookie(?:=|$))/, /^['"]?[^=]*=/),
    ],
  },
  {
    name: named('sshpass'),
    options: [next(/^-[ehvV]*p/, /^/)],
    before: /^-[ehvV]*[dfpP]$/,
  },
  {
    name: named('(?:mysql|mariadb)(?:-?(?:admin|binlog|check|dump|import|sh|show|slap))?'),
    options: [attached(/^-p/, noPort)],
  },
  { name: named('(?:https?|xhs?)'), options: [next(/^(?:-a|--auth(?:=|$))/, /^(?!-)(?:[^:]*:(?!$))?/)] },
  { name: named('redis-cli|valkey-cli'), options: [next(/^-a/)] },
  { name: named('mongo(?:sh|dump|restore|import|export|stat|top|files)?'), options: [next(/^-p/)] },
  {
    name: named('sqlcmd|bcp|tsql|isql|mosquitto_(?:pub|sub|rr)|ipmitool|zip|unzip|zipcloak'),
    options: [next(/^-P/)],
  },
  {
    name: named('ldap(?:search|add|modify|delete|passwd|whoami|compare|modrdn|exop)'),
    options: [next(/^-w/)],
  },
  { name: named('smbclient|smbget|rpcclient|net'), options: [next(/^(?:-U|--user(?:=|$))/, /^[^%]*%/)] },
  { name: named('lftp'), options: [next(/^(?:-u|--user(?:=|$))/, /^[^,]*,/)] },
  { name: named('7z|7za|7zr|7zz|rar|unrar'), options: [attached(/^-h?p/, /^(?!-?$)/)] },
  { name: named('ssh-keygen'), options: [next(/^-[NP]$/)] },
  { name: named('openssl'), options: [next(/^-pass(?:in|out)?$/, /^(?:'\\'')?pass:/), next(/^-k$/)] },
  { name: named('useradd|usermod|twine|ncftp'), options: [next(/^-p/)] },
  { name: named('nmcli'), options: [next(/^(?:password|[\w-]+\.(?:psk|password|wep-key\d))$/)] },
  { name: named('sqlplus|rman|expdp|impdp|sqlldr'), options: [attached(/^[^/@\s='"-][^/@\s=]*\/(?=[^@])/)] },
  {
    name: named('login'),
    of: named('docker|podman|nerdctl|buildah|skopeo|helm|oras|crane|az|oc'),
    // docker run --name login -p 80
    options: [next(/^-p/, /^(?!-|(?:[\d.]+:)*\d{1,5}(?:\/\w+)?$)/)],
  },
  // kubectl create secret generic NAME --from-literal=KEY=X, gh secret set NAME -b X
  {
    name: named('secret'),
    of: named('kubectl|oc|gh'),
    options: [next(/^--from-literal(?:=|$)/, /^[^=]*=/), next(/^(?:-b|--body(?:=|$))/)],
  },
  { name: named('secrets'), of: named('fly|flyctl|supabase|doppler'), options: [attached(/^[A-Z]\w*=/)] },
  { name: named('put-parameter'), of: named('aws'), options: [next(/^--value(?:=|$)/)] },
  { name: named('add-(?:generic|internet)-password'), of: named('security'), options: [next(/^-w$/)] },
];

/** The programs in whose calls a name of the table stands. */
export const takingPrograms = [
  'curl|sshpass|(?:mysql|mariadb)[a-z-]*|https?|xhs?|redis-cli|valkey-cli|mongo[a-z]*|sqlcmd|bcp|tsql|isql|mosquitto_\\w+',
  'ipmitool|zip|unzip|zipcloak|ldap[a-z]+|smbclient|smbget|rpcclient|net|lftp|7z[arz]?|rar|unrar|ssh-keygen|openssl',
  'useradd|usermod|twine|ncftp|nmcli|sqlplus|rman|expdp|impdp|sqlldr|security',
  'docker|podman|nerdctl|buildah|skopeo|helm|oras|crane|az|oc|kubectl|gh|fly|flyctl|supabase|doppler|aws',
].join('|');

/** Matches whatever may be a name of the table: one test of a word in place of many. */
export const takerName = named(`${takingPrograms}|login|secrets?|put-parameter|add-\\w+-password`);
