const none: ReadonlySet<string> = new Set();

/** Options whose value is the next word, of programs that have words of their own behind them. */
const valueOptions: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries({
    git: '-C -c --git-dir --work-tree --namespace --config-env --exec-path',
    docker: '-H --host -c --context --config -l --log-level --tlscacert --tlscert --tlskey',
    podman: '-c --connection --url --identity --root --runroot --log-level',
    kubectl:
      '-n --namespace --context --kubeconfig --cluster --user -s --server --token --as -f --filename -l --selector -o --output',
    helm: '-n --namespace --kube-context --kubeconfig',
    aws: '--profile --region --output --endpoint-url --query',
    gcloud: '--project --account --configuration --format --verbosity',
    az: '--subscription -o --output --query -g --resource-group -n --name',
    gh: '-R --repo',
    npm: '--prefix -w --workspace --registry --loglevel --userconfig --cache',
    pnpm: '-C --dir --filter -F',
    yarn: '--cwd',
    adb: '-s -t -H -P -L',
    make: '-C -f -j -o -W -I --directory --file',
    systemctl: '-H --host -M --machine -t --type -p --property -n --lines -o --output',
    psql: '-h -p -U -d -c -f -v -o --host --port --username --dbname --command --file',
    mysql: '-h -P -u -D -e -S --host --port --user --database --execute',
    'redis-cli': '-h -p -a -n -u --user',
  }).map(([program, options]) => [program, new Set(options.split(' '))]),
);

/** The options of a program that take the next word as their value; empty for a program not known. */
export function valueOptionsOf(program: string): ReadonlySet<string> {
  return valueOptions.get(program) ?? none;
}
