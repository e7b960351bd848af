import type { Component } from './component.ts';
import { isBeside } from './ownContainer.ts';
import { hostIn, othersName, ownContext, ownDatabase, ownHost, ownSettings, ownStage } from './ownNames.ts';
import { valueOptionsOf } from './valueOptions.ts';

/** Emulators of services that run on this machine. */
const emulators = /^(?:awslocal|tflocal|cdklocal|samlocal|pulumilocal|chlocal)$/;

/**
 * By what a program is told whose things it acts on. What another program would read says nothing: a variable or an option
 * that this one ignores is put there by anybody.
 */
interface Reader {
  /** Where no machine is named, it acts on what runs beside it. */
  readonly reachesBeside?: true;
  /** Options that name a machine. */
  readonly hosts?: RegExp;
  /** Operands that are addresses name a machine: any of them, or the first. */
  readonly takesAddresses?: 'any' | 'first';
  /** Variables that hold an address or the name of a machine. */
  readonly hostVariables?: RegExp;
  readonly stages?: RegExp;
  readonly stageVariables?: RegExp;
  readonly contexts?: RegExp;
  /** Options that name a database; operands name one too. */
  readonly databases?: RegExp;
}

const server = /^(?:-h|--host|--hostname|--uri|--url|-u)$/;
const databaseUrl = /^(?:DATABASE_URL|DB_HOST|DB_URL)$/;
const framework: Reader = { reachesBeside: true, hostVariables: databaseUrl };

const readers: readonly (readonly [RegExp, Reader])[] = [
  [
    /^(?:psql|pgcli|dropdb|createdb|pg_restore|vacuumdb|reindexdb|usql)$/,
    {
      reachesBeside: true,
      hosts: /^(?:-h|--host)$/,
      takesAddresses: 'first',
      hostVariables: /^PGHOST$/,
      databases: /^(?:-d|--dbname)$/,
    },
  ],
  [
    /^(?:mysql|mariadb|mycli|mysqladmin|sqlcmd|cockroach|clickhouse-client|cqlsh)$/,
    { reachesBeside: true, hosts: server, takesAddresses: 'first', databases: /^(?:-[dD]|--database)$/ },
  ],
  [
    /^(?:mongosh|mongo|mongorestore|mongoimport)$/,
    {
      reachesBeside: true,
      hosts: /^(?:-h|--host|--uri)$/,
      takesAddresses: 'first',
      databases: /^(?:-d|--db|--nsInclude)$/,
    },
  ],
  [/^(?:redis|valkey|keydb)-cli$/, { reachesBeside: true, hosts: /^-[hu]$/ }],
  [
    /^(?:influx|cypher-shell|arangosh|surreal|neo4j-admin|etcdctl)$/,
    { reachesBeside: true, hosts: /^(?:--host|-a|--address|--server\.endpoint|--conn|--endpoints?)$/ },
  ],
  [
    /^(?:kafka-|kafkactl|kaf$|kcat$|rpk$|rabbitmqadmin$|nats$)/,
    { reachesBeside: true, hosts: /^(?:--bootstrap-server|--brokers|-b|-H|--host|-s|--server)$/ },
  ],
  [/^(?:rabbitmqctl|nodetool|wp|drush|bench|memcflush)$/, { reachesBeside: true }],
  [/^(?:curl|wget|https?|xhs?|curlie|nc|ncat|telnet|grpcurl)$/, { takesAddresses: 'any' }],
  [/^(?:nmap|zenmap|rustscan|fping|hping3|nuclei|feroxbuster|dirsearch|wpscan)$/, { takesAddresses: 'any' }],
  [
    /^(?:kubectl|oc|helm|kustomize|flux|velero|istioctl|linkerd|argocd|helmfile)$/,
    { contexts: /^(?:--context|--kube-context)$/ },
  ],
  [/^aws$/, { hosts: /^--endpoint-url$/, hostVariables: /^AWS_ENDPOINT_URL/ }],
  [/^(?:rails|rake)$/, { ...framework, stageVariables: /^(?:RAILS|RACK)_ENV$/ }],
  [
    /^(?:node|prisma|knex|sequelize|sequelize-cli|typeorm|mikro-orm|drizzle-kit|migrate-mongo|node-pg-migrate|db-migrate)$/,
    { ...framework, stageVariables: /^NODE_ENV$/, stages: /^--env$/ },
  ],
  [
    /^(?:php|artisan|console|symfony)$/,
    { ...framework, stageVariables: /^APP_ENV$/, stages: /^(?:--env|-e)$/ },
  ],
  [
    /^(?:python[\d.]*|manage\.py|django-admin)$/,
    { ...framework, stageVariables: /^DJANGO_SETTINGS_MODULE$/, stages: /^--settings$/ },
  ],
  [
    /^(?:alembic|flask|dbmate|diesel|sqlx|goose|migrate|atlas|tern|flyway|liquibase)$/,
    { ...framework, hosts: /^(?:-url|--url|-u|-database|--database|--database-url)$/ },
  ],
  [/^mix$/, { ...framework, stageVariables: /^MIX_ENV$/ }],
  [/^dotnet$/, { stageVariables: /^(?:ASPNETCORE|DOTNET)_ENVIRONMENT$/, stages: /^--environment$/ }],
  [/^(?:serverless|sls|sst|cdk)$/, { stages: /^--stage$/ }],
  [/^dbt$/, { stages: /^(?:--target|-t)$/ }],
];

const known = new Map<string, Reader | null>();
const maxKnown = 512;

function readerOf(program: string): Reader | null {
  const found = known.get(program);
  if (found !== undefined) return found;
  const reader = readers.find(([names]) => names.test(program))?.[1] ?? null;
  if (known.size < maxKnown) known.set(program, reader);
  return reader;
}

/**
 * Whether a command says that what it acts on is a developer's own: on this machine, in a local cluster, or a database or
 * stage for tests and development. It is not when it names what production is called, or another machine besides.
 */
export function actsOnOwn(component: Component): boolean {
  const { program, words, assignments } = component;
  const texts = words.map((word) => word.text);
  const settings = assignments.map(({ name, value }) => ({ name, text: value.text }));
  const isOthers =
    texts.slice(1).some((text) => othersName.test(text)) ||
    settings.some(({ text }) => othersName.test(text));
  if (isOthers) return false;
  if (emulators.test(program)) return true;
  const reader = readerOf(program);
  if (reader === null) return false;
  const hosts = hostsOf(reader, texts, settings);
  if (component.isInOwnContainer) return isOwnInside(component, reader, hosts);
  if (hosts.some((host) => !ownHost.test(host))) return false;
  return hosts.length > 0 || isOwnStage(reader, texts, settings) || namesOwn(reader, program, texts);
}

/** In a container of the project a program reaches what is the project's, unless something names another machine or stage. */
function isOwnInside(
  { assigned }: Component,
  { reachesBeside, hostVariables, stageVariables }: Reader,
  hosts: readonly string[],
): boolean {
  if (assigned.some((name) => hostVariables?.test(name) === true || stageVariables?.test(name) === true))
    return false;
  return hosts.length > 0 ? hosts.every(isBeside) : reachesBeside === true;
}

interface Setting {
  readonly name: string;
  readonly text: string;
}

/** The machines that a command names where its program looks for them. */
function hostsOf(reader: Reader, texts: readonly string[], settings: readonly Setting[]): readonly string[] {
  const { hosts, takesAddresses, hostVariables } = reader;
  const named = hosts === undefined ? [] : valuesOf(texts, hosts);
  const set = hostVariables === undefined ? [] : settings.filter(({ name }) => hostVariables.test(name));
  return [
    ...[...named, ...set.map(({ text }) => text)].flatMap((text) => hostIn(text) ?? bareHost(text)),
    ...addressed(takesAddresses, texts).flatMap((text) => hostIn(text) ?? []),
  ];
}

function addressed(taken: Reader['takesAddresses'], texts: readonly string[]): readonly string[] {
  if (taken === undefined) return [];
  if (taken === 'any') return texts.slice(1);
  const first = texts
    .slice(1)
    .find((text, index) => !text.startsWith('-') && (index === 0 || !/^-[a-zA-Z-]/.test(texts[index] ?? '')));
  return first === undefined || !/[:/]/.test(first) ? [] : [first];
}

function bareHost(text: string): readonly string[] {
  const host = text.replace(/^[^@]*@/, '').replace(/[:/,].*$/, '');
  return host === '' || text.startsWith('/') ? [] : [host];
}

/** Values of options: the next word, behind `=`, or behind a single letter. */
function valuesOf(texts: readonly string[], option: RegExp): readonly string[] {
  return texts.flatMap((text, index) => {
    const [name = '', value] = text.split(/=(.*)/s);
    if (value !== undefined && option.test(name)) return [value];
    if (/^-[a-zA-Z]./.test(text) && option.test(text.slice(0, 2))) return [text.slice(2)];
    return option.test(texts[index - 1] ?? '') && !text.startsWith('-') ? [text] : [];
  });
}

function isOwnStage(
  { stages, stageVariables }: Reader,
  texts: readonly string[],
  settings: readonly Setting[],
): boolean {
  const isOwn = (text: string): boolean => ownStage.test(text) || ownSettings.test(text);
  const told = stages === undefined ? [] : valuesOf(texts, stages);
  if (told.some(isOwn)) return true;
  if (stageVariables === undefined) return false;
  // `rails db:drop RAILS_ENV=test` sets it, too.
  const set = texts.flatMap((text) => /^([A-Z_]+)=(.*)$/.exec(text)?.slice(1) ?? []);
  return (
    settings.some(({ name, text }) => stageVariables.test(name) && isOwn(text)) ||
    (stageVariables.test(set[0] ?? '') && isOwn(set[1] ?? ''))
  );
}

function namesOwn({ contexts, databases }: Reader, program: string, texts: readonly string[]): boolean {
  if (contexts !== undefined) return valuesOf(texts, contexts).some((context) => ownContext.test(context));
  if (/^(?:redis|valkey|keydb)-cli$/.test(program))
    return valuesOf(texts, /^-p$/).some((port) => port !== '6379');
  if (databases === undefined) return false;
  const named = valuesOf(texts, databases);
  if (named.length > 0) return named.every((name) => ownDatabase.test(name) || ownStage.test(name));
  const values = valueOptionsOf(program);
  const operands = texts
    .slice(1)
    .filter(
      (text, index) => !text.startsWith('-') && !values.has(texts[index] ?? '') && !/[\s/:]/.test(text),
    );
  const databaseOperands = program === 'mysqladmin' ? operands.slice(1) : operands.slice(0, 1);
  return databaseOperands.some((name) => ownDatabase.test(name));
}
