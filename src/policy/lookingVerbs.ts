/** What tools that keep or steer things beyond the workspace can be told without changing anything there. */

/** How a family of tools is told to look. */
interface Family {
  /** Verbs that look, or that change nothing but this checkout or this login. */
  readonly looks: RegExp;
  /** Words that only lead to a verb: a tool that is told nothing else lists, or prints how it is used. */
  readonly groups?: RegExp;
  /** With one of these options it only looks, or acts on this machine's own copy. */
  readonly harmless?: RegExp;
  /** With one of these options it changes something, whatever its verb is. */
  readonly harmful?: RegExp;
  /** How many operands may stand before the verb, itself included. */
  readonly depth: number;
}

/** Verbs that mean the same in nearly every tool. */
const looking =
  'help|versions?|ls|lst|list|show|get|describe|info|status|view|logs?|tail|top|watch|wait|search|find|query|scan|lookup|whoami|completions?|docs|open|validate|lint|diff|plan|preview|explain|history|events|inspect|stats|usage|doctor|verify|ping|health|count|read|current|monitor|browse|console|dashboard|metrics|print|cat|login|auth|configure|config|init|link|use|switch';

const family = (more: string, depth: number, rest: Omit<Family, 'looks' | 'depth'> = {}): Family => ({
  looks: new RegExp(
    String.raw`^(?:(?:[\w.-]+:)?(?:${looking}|${more})|(?:batch-)?(?:get|list|describe|show|view|search|query|lookup|check|validate|head|estimate|simulate|preview|filter|tail|wait|is)[-_:].*)$`,
  ),
  depth,
  ...rest,
});

const localEndpoint =
  /^--(?:endpoint(?:-url)?|url|host|address|server)=https?:\/\/(?:localhost|127\.|\[::1\])/;

const aws = family(
  'cp|sync|presign|login|invoke|receive-message|package|start-query|generate-template|export|wizard|select-object-content|test-.*',
  2,
  { harmless: localEndpoint },
);
const google = family('submit|ssh|scp|log|call|emulators|components|cp|du|hash|rsync|application-default', 4);
const azure = family('download|log|build|bicep|feedback|interactive|extension|find', 4);
const cloud = family('kubeconfig|save|ssh|scp|cp|account|balance|regions|sizes|images|locations|ips', 4);
const paas = family(
  'dev|build|serve|start|local|local:.*|emulators:.*|ps|apps|addons|releases|domains|deploy|launch|logs|proxy|ssh|types|pull|offline|functions:.*|git:remote|pg:info|run|restart|new|create|exec|checks|link|unlink|listen|trigger|resend|samples|env:ls|env:list',
  3,
  { harmless: /^--(?:local|offline|emulator)$/, harmful: /^--prod(?:uction)?(?:$|=(?!false))/ },
);
const supabase = family(
  'start|stop|diff|new|gen|types|serve|test|squash|fetch|dump|pull|reset|up|lint|download',
  3,
  { harmful: /^--(?:linked|db-url)/ },
);
const infrastructure = family(
  'fmt|output|providers|graph|test|select|new|import|synth|synthesize|bootstrap|about|stack|convert|schema|package|build|local|offline|invoke|generate|docs|hclfmt|tfsec|metadata|pull|render-json|output-module-groups|notices|acknowledge|context|watch-only|export',
  2,
);
const secrets = family('members|catalog|kv-get|unwrap|token|operator-members|endpoint|member|snapshots', 3);
const backups = family(
  'backup|snapshots|create|check|mount|umount|restore|extract|ls|dump|find|key-list|benchmark|debug|serve|self-update|export-tar|with-lock',
  1,
);
const clusters = family(
  'analyze|proxy-config|proxy-status|dashboard|version|app|cluster|apply|install-check|kubeconfig|export|build|reconcile|logs|trace|tree|template|token-list|images',
  3,
);
const controllers = family(
  'is-.*|list-.*|show-.*|cat|get-default|get-.*|query|statistics|dns-.*|monitor|tree|introspect|capture|dump|timesync-status|session-status|user-status|seat-status|blame|critical-chain|time|security|dot|calendar|timespan|timestamp|unit-paths|condition|general',
  3,
);
const systemctl = family('is-.*|list-.*|get-default|show-environment', 1);
const network: Family = {
  looks: /^(?:status|s|sh|show|list|l|monitor|m|help)$/,
  groups:
    /^(?:d|dev|device|c|con|connection|g|general|n|networking|r|radio|wifi|wwan|all|hostname|permissions|logging)$/,
  depth: 2,
};

const table: readonly (readonly [string, Family])[] = [
  ['aws', aws],
  ['gcloud gsutil', google],
  ['az', azure],
  [
    'doctl hcloud linode-cli linode scw vultr vultr-cli exo civo upctl ibmcloud oci aliyun tccli openstack nova cinder neutron glance swift ovhcloud packet metal equinix cloudflare cf nutanix yc tencentcloud cloudctl kamatera dnscontrol octodns flarectl akamai fastly bunny',
    cloud,
  ],
  [
    'heroku fly flyctl vercel now netlify wrangler firebase railway render eb northflank koyeb dokku zeabur stripe twilio amplify convex pscale neonctl neon turso xata appwrite nhost shopify sanity contentful hasura',
    paas,
  ],
  ['supabase', supabase],
  ['terraform tofu terragrunt pulumi cdk cdktf sls serverless sam sst chalice zappa', infrastructure],
  ['consul vault nomad boundary etcdctl bao', secrets],
  ['restic borg kopia rustic', backups],
  ['argocd flux velero istioctl linkerd eksctl kops rosa talosctl clusterctl crossplane', clusters],
  [
    'databricks snow snowsql confluent dbt-cloud okta auth0 atlas mongocli influx newrelic sentry-cli pagerduty pd datadog-ci ld launchdarkly circleci buildkite-agent tower awx rundeck rabbitmqadmin rabbitmqctl temporal tctl nats rpk pulsar-admin algolia meilisearch',
    family(
      'run|jobs|test|ps|publish-test|start-test|upload-sourcemaps|releases|local|dev|producer|consumer|produce|consume|sub|req',
      3,
    ),
  ],
  [
    'hostnamectl timedatectl localectl resolvectl loginctl networkctl machinectl coredumpctl busctl bootctl systemd-analyze supervisorctl monit rc-status svcadm svcs launchctl',
    controllers,
  ],
  // Two programs have the name: one builds sites, the other runs Airflow.
  ['astro', family('build|check|dev|preview|sync|add|info|create|telemetry|run', 2)],
  ['systemctl', systemctl],
  [
    'helmfile helmsman kapp kluctl devspace garden okteto werf kpt tk telepresence timoni k0sctl skaffold',
    family(
      'template|build|render|dev|run|debug|deps|fetch|fmt|eval|connect|intercept|quit|vet|test|up|enter|diagnose',
      2,
    ),
  ],
  ['packer', family('fmt|plugins|hcl2_upgrade', 1)],
  [
    'prlctl vmrun VBoxManage vboxmanage utmctl tart limactl lima multipass orb colima xe xl esxcli vim-cmd govc qm pct pvesh',
    family(
      '[\\w.:/-]*list[\\w.:/-]*|start|startvm|shell|exec|ssh|showvminfo|ps|create|launch|run|ip|getallvms|mount|copy|transfer|pull|clone|images|ls',
      2,
    ),
  ],
  [
    'ossutil coscli obsutil uplink azcopy b2 mc s3cmd s4cmd s5cmd',
    family(
      'cp|put|du|head|stat|sync|upload.*|download.*|make|mb|share|tree|pipe|la|alias|signurl|presign|account|authorize-account',
      1,
    ),
  ],
  [
    'tailscale headscale netbird zerotier-cli warp-cli mullvad nordvpn protonvpn-cli',
    family('ip|netcheck|bugreport|peers|listpeers|listnetworks|settings|account|registration|relay|ssh', 1),
  ],
  [
    'aiven avn ccloud astra timescale singlestore couchbase-cli',
    family('cloud|billing|server-list|host-list', 2),
  ],
  [
    'diskutil tmutil csrutil profiles fdesetup mdutil hdiutil',
    family(
      'activity|[lv]ist.*|verify.*|latestbackup|destinationinfo|isexcluded|compare|uniquesize|machinedirectory|imageinfo|attach|detach|haspersonalrecoverykey|supportsauthrestart',
      2,
    ),
  ],
  [
    'networksetup systemsetup pmset nvram softwareupdate scutil dscl spctl systemsetup',
    {
      looks: /^$/,
      depth: 1,
      harmless:
        /^-{1,2}(?:get|list|show|is|version|help|print|g$|p$|xp$|l$|history|dns|nwi|proxy|r$|read|search|status|a$|assess)/,
      harmful: /./,
    },
  ],
  [
    'rampart',
    {
      looks:
        /^(?:help|version|test|explain|bench|log|audit|verify|doctor|status|completion|preload|hook|serve|block|lint|list|ls|show|packs|enforce)$/,
      groups: /^(?:policy|rules|mode|approvals|adapt)$/,
      depth: 2,
    },
  ],
  ['ufw', family('app', 1)],
  ['nmcli', network],
  ['nft', { looks: /^(?:list|describe|monitor)$/, depth: 1 }],
  [
    'virsh',
    family(
      'dom.*|net-.*info|net-dumpxml|pool-.*info|vol-.*info|dumpxml|nodeinfo|capabilities|uri|hostname|sysinfo|console|start|list|net-list|pool-list|vol-list|snapshot-list',
      1,
    ),
  ],
];

const families: ReadonlyMap<string, Family> = new Map(
  table.flatMap(([programs, tools]) => programs.split(' ').map((program) => [program, tools] as const)),
);

/** Whatever the tool is, these only look. */
const onlyLooking = /^--?(?:version|V|list)(?:=|$)/;

/** Whether a tool that keeps or steers things beyond the workspace is told to do anything but look. */
export function isChange(program: string, operands: readonly string[], options: readonly string[]): boolean {
  const known = families.get(program);
  if (known === undefined) return false;
  const { looks, groups, harmless, harmful, depth } = known;
  if (options.some((option) => onlyLooking.test(option) || harmless?.test(option) === true)) return false;
  if (harmful !== undefined && options.some((option) => harmful.test(option))) return true;
  const verbs = operands.slice(0, depth);
  if (verbs.every((verb) => groups?.test(verb) === true) || verbs.some((verb) => looks.test(verb)))
    return false;
  return !isOwnAction(program, operands, options);
}

const ownServiceVerb = /^(?:start|stop|restart|reload|try-restart|daemon-reload|reset-failed)$/;

/** What is told to a person's own services, and to carry out a plan that was looked at. */
function isOwnAction(
  program: string,
  [verb = '', plan]: readonly string[],
  options: readonly string[],
): boolean {
  if (program === 'systemctl') return options.includes('--user') && ownServiceVerb.test(verb);
  return /^(?:terraform|tofu)$/.test(program) && verb === 'apply' && plan !== undefined;
}
