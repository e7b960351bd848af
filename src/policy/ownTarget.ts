import type { Component } from './component.ts';
import { valueOptionsOf } from './valueOptions.ts';

/** What belongs to others whatever else is named. */
const others = /(?:^|[^a-z])(?:prod|production|live)(?:$|[^a-z])|prod[-_.]|[-_.]prod|\/_all\b/i;

const ownHost =
  /^(?:localhost|127(?:\.\d+){3}|\[?::1\]?|0\.0\.0\.0|host\.docker\.internal|[\w.-]+\.(?:localhost|local|test)|host\.minikube\.internal)$/i;

/** An address in a word, with or without a scheme: what stands before the port or the path. */
const address =
  /(?:^|=)(?:([a-z][\w+.-]*):\/\/)?(?:[^/@\s=]*@)?(\[[\d:a-f]+\]|[\w.-]+)(?::\d+)?(?=\/|\?|$|,)/i;

const networkRange = /^(?:[\w-]+=)?[\d.]+\/\d{1,2}$/;
/** Schemes behind which a name stands that is no machine's. */
const stores = /^(?:s3|gs|az|abfss?|wasbs?|file|docker|oci|arn)$/i;

const hostOption =
  /^(?:-h|--host|--hostname|--server|--endpoint|--endpoint-url|--url|--uri|--bootstrap-server|--brokers|--addr|--address)$/;
const contextOption = /^(?:--context|--kube-context|--kubecontext)$/;
const ownContext =
  /^(?:kind(?:-.*)?|k3d-.*|minikube|docker-desktop|docker-for-desktop|rancher-desktop|colima|orbstack|microk8s|default-local|local(?:host)?)$/i;

const ownStage = /^(?:tests?|testing|dev|devel|development|local|ci|sandbox|scratch)$/i;
const stageVariable = /(?:^|_)(?:ENV|ENVIRONMENT|STAGE)$/;
const stageOption = /^(?:--env|--environment|--stage|--target)$/;

/** A database, by its name, that is made for tests or is a developer's own. */
export const ownDatabase =
  /^(?:(?:\w+[-_])?tests?(?:[-_]\w+)?|\w+[-_](?:testing|dev|devel|development|local|sandbox|scratch|ci))$/i;

/** Emulators of services that run on this machine. */
const emulators = /^(?:awslocal|tflocal|cdklocal|samlocal|pulumilocal|chlocal)$/;

/**
 * Whether a command says that what it acts on is a developer's own: on this machine, in a local cluster, or a database or
 * stage for tests and development. It is not when it names what production is called, or another machine besides.
 */
export function actsOnOwn(component: Component): boolean {
  const { program, words, assignments } = component;
  const texts = words.map((word) => word.text);
  const settings = assignments.map(({ name, value }) => ({ name, text: value.text }));
  if ([...texts.slice(1), ...settings.map(({ text }) => text)].some((text) => others.test(text)))
    return false;
  if (emulators.test(program)) return true;
  const hosts = [
    ...texts.slice(1).flatMap(hostsOf),
    ...namedHosts(texts),
    ...settings.flatMap(({ text }) => urlHost(text)),
  ];
  if (hosts.some((host) => !ownHost.test(host))) return false;
  return (
    hosts.length > 0 ||
    settings.some(({ name, text }) => stageVariable.test(name) && ownStage.test(text)) ||
    settings.some(
      ({ name, text }) => /SETTINGS_MODULE$/.test(name) && /(?:^|[._])tests?(?:$|[._])/.test(text),
    ) ||
    isStaged(texts) ||
    valuesOf(texts, contextOption).some((context) => ownContext.test(context)) ||
    namesOwnDatabase(program, texts)
  );
}

/** The host of a word that is an address; a word without a scheme counts only for the names of this machine. */
function hostsOf(text: string): readonly string[] {
  if (networkRange.test(text)) return [];
  const found = address.exec(text);
  const host = found?.[2] ?? '';
  if (found?.[1] !== undefined) return stores.test(found[1]) ? [] : [host];
  return /^(?:localhost|127\.0\.0\.1|\[::1\]|0\.0\.0\.0|host\.docker\.internal)$/i.test(host) ? [host] : [];
}

function urlHost(text: string): readonly string[] {
  return text.includes('://') ? hostsOf(text) : [];
}

/** What options such as `-h` and `--host` name. */
function namedHosts(texts: readonly string[]): readonly string[] {
  return valuesOf(texts, hostOption)
    .filter((value) => !value.includes('://') && !value.startsWith('/') && value !== '')
    .map((value) => value.replace(/^[^@]*@/, '').replace(/[:/].*$/, ''));
}

/** Values of options, as the next word or behind `=`. */
function valuesOf(texts: readonly string[], option: RegExp): readonly string[] {
  return texts.flatMap((text, index) => {
    const [name = '', value] = text.split(/=(.*)/s);
    if (value !== undefined && option.test(name)) return [value];
    return option.test(texts[index - 1] ?? '') && !text.startsWith('-') ? [text] : [];
  });
}

/** `--env=testing`, `-e test`, `--settings=config.settings.test`, `RAILS_ENV=test` as an operand. */
function isStaged(texts: readonly string[]): boolean {
  return (
    valuesOf(texts, stageOption).some((stage) => ownStage.test(stage)) ||
    valuesOf(texts, /^--settings$/).some((name) => /(?:^|[._])tests?(?:$|[._])/.test(name)) ||
    texts.some((text) => /^[A-Z_]*(?:ENV|STAGE)=(?:test|testing|dev|development|local|ci)$/.test(text))
  );
}

/** Programs whose first operand, or whose option, names a database. */
const databasePrograms =
  /^(?:psql|pgcli|mysql|mariadb|mycli|mongosh|mongo|mongorestore|mongoimport|pg_restore|dropdb|createdb|mysqladmin|usql|sqlcmd|cockroach|clickhouse-client|redis-cli|valkey-cli|keydb-cli)$/;

function namesOwnDatabase(program: string, texts: readonly string[]): boolean {
  if (!databasePrograms.test(program)) return false;
  const values = valueOptionsOf(program);
  const named = valuesOf(texts, /^(?:-[dD]|--(?:db|dbname|database|nsInclude))$/);
  const operands = texts
    .slice(1)
    .filter(
      (text, index) => !text.startsWith('-') && !values.has(texts[index] ?? '') && !/[\s/:]/.test(text),
    );
  const isDropping = program === 'mysqladmin';
  return (
    named.some((name) => ownDatabase.test(name) || ownStage.test(name)) ||
    (isDropping ? operands : operands.slice(0, 1)).some((name) => ownDatabase.test(name)) ||
    (/^(?:redis|valkey|keydb)-cli$/.test(program) &&
      valuesOf(texts, /^-p$/).some((port) => port !== '6379' && !texts.includes('-u')))
  );
}
