/** What is known of programs that act on things elsewhere, and of those that do not. */

const wordsOf = (text: string): readonly string[] => text.trim().split(/\s+/);

/** Tools that keep or control things of which a deletion cannot be taken back. */
export const keepers: ReadonlySet<string> = new Set(
  wordsOf(`
  aws gcloud gsutil az azcopy oci ibmcloud aliyun tccli doctl linode-cli hcloud scw vultr-cli exo openstack nova cinder swift
  ovhcloud upctl civo heroku fly flyctl vercel now netlify wrangler railway render firebase neonctl pscale turso amplify
  eb cf kubectl oc helm eksctl kops rancher argocd flux velero nomad consul vault boundary terraform tofu terragrunt pulumi cdk
  cdktf sls serverless sst sam chalice zappa virsh VBoxManage vboxmanage vmrun prlctl govc multipass lxc incus limactl
  colima qm pct vagrant mc s3cmd s5cmd rclone b2 etcdctl rabbitmqctl rabbitmqadmin nats influx bq cbt atlas mongocli confluent
  snow databricks airflow prefect dvc wandb doppler infisical op bw lpass gopass pass rbw keepassxc-cli chamber auth0
  okta stripe twilio sentry-cli newrelic gh glab tea hub jira linear zfs zpool lvm btrfs snapper timeshift restic borg duplicity
  kopia rustic tmutil keybase step certbot acme.sh kafka-topics kafka-topics.sh kafka-configs.sh kafka-delete-records.sh rpk
  temporal hasura meilisearch algolia contentful sanity shopify dokku caprover coolify portainer rundeck jenkins-cli circleci
  buildkite travis pm2 ldapdelete kadmin kadmin.local samba-tool ipa realm powerdns pdnsutil cloudflared tailscale zerotier-cli
  wg nmcli firewall-cmd security keyring secret-tool nft ipset snap flatpak`),
);

/** Verbs that mean a deletion only where something is kept that cannot be brought back. */
export const weakDeletions: ReadonlySet<string> = new Set(
  wordsOf(
    'remove rm rb del rmi mb-rm drop prune forget uninstall unset rd flush-all flushall truncate reset evict empty clear offboard deprovision destroyAll apps:destroy addons:destroy pg:reset down-all nuke cleanup unlink unpublish revoke disable',
  ),
);

/** Programs whose operands are files or text, that work on this checkout alone, or that have rules of their own. */
export const plainPrograms: ReadonlySet<string> = new Set(
  wordsOf(`
  : . [ [[ true false test echo printf cat tac head tail less more bat nl od xxd hexdump strings grep egrep fgrep rg ag ack sed awk
  gawk mawk cut sort uniq tr wc tee paste join comm diff cmp patch fold fmt column expr seq date sleep yes ls ll dir tree find fd
  fdfind locate which type whereis command man info help tldr apropos file stat readlink realpath dirname basename pwd cd pushd
  popd mkdir rmdir rm cp mv ln touch chmod chown chgrp install mktemp truncate dd tar zip unzip gzip gunzip xz bzip2 7z zstd cpio
  ar ranlib nm objdump strip ld as cc cc1 cc1plus collect2 gcc g++ clang clang++ c++ rustc go javac java kotlinc swiftc ghc make
  gmake ninja rails rake cmake ctest meson bazel buck scons just task rake invoke ant gradle gradlew mvn sbt lein tsc esbuild vite webpack
  rollup swc eslint prettier jest vitest mocha pytest coverage tox nox black ruff mypy pylint flake8 rubocop phpunit phpstan npm pnpm yarn
  bun npx pnpx bunx corepack cargo rustup pip pip3 pipx uv poetry pipenv pdm hatch rye conda mamba gem bundle bundler composer
  dotnet nuget nix nix-env nix-shell brew port apt apt-get apt-cache dpkg dpkg-query yum dnf rpm pacman apk zypper nvm fnm volta
  asdf mise pyenv rbenv nodenv goenv sdk git hg svn jj fossil docker podman nerdctl docker-compose kind k3d minikube code
  code-insiders cursor codium vim vi nvim nano emacs ed ex export set unset declare local readonly typeset read alias unalias
  source eval exec trap history jq yq xmllint curl wget http https ssh scp sftp rsync nc ncat socat ping dig host nslookup tmux
  screen kill pkill killall ps top pgrep lsof fuser env printenv id whoami hostname uname xargs parallel time timeout watch nohup
  sudo doas su open xdg-open wslpath say notify-send terser sass tailwindcss nodemon ts-node tsx playwright cypress
  journalctl crontab at service launchctl mount umount df du free uptime logger cloc tokei rename basenc base64 md5sum sha256sum
  openssl gpg gpg2 ssh-keygen ssh-add ssh-agent pg_dump pg_restore createdb dropdb mysqldump redis-server cc1obj rustfmt gofmt clang-format
  doxygen pandoc ffmpeg convert magick identify dot gnuplot qemu-img stty tput locale getent ldd readelf addr2line gdb lldb strace ltrace
  xcrun simctl adb emulator avdmanager sdkmanager expect select printf pip-compile pre-commit codespell shellcheck shfmt hadolint actionlint yamllint markdownlint cspell stylelint oxlint biome`),
);

/** Programs that talk SQL, or the language of another store, to a database. */
export const databaseClients: ReadonlySet<string> = new Set(
  wordsOf(`
  psql pgcli mysql mycli mariadb sqlite3 litecli sqlcmd mssql-cli sqlplus clickhouse-client clickhouse clickhouse-local cqlsh
  snowsql duckdb cockroach usql isql osql tsql trino presto beeline hive impala-shell spark-sql vsql nzsql db2 hdbsql ysqlsh
  mongosh mongo redis-cli valkey-cli keydb-cli memcached-tool cypher-shell arangosh rethinkdb rman surreal edgedb gel iredis neo4j-shell
  questdb scylla cassandra-cli phoenix sqlline`),
);

/** What publishes with these programs, by their operands. */
export const publishers: ReadonlyMap<string, RegExp> = new Map<string, RegExp>([
  ['helm', /^push\b/],
  ['oras', /^push\b/],
  ['crane', /^(?:push|copy|cp|delete)\b/],
  ['skopeo', /^(?:copy|sync|delete)\b/],
  ['regctl', /\bcopy\b/],
  ['conan', /^upload\b/],
  ['luarocks', /^upload\b/],
  ['cabal', /^upload\b/],
  ['stack', /^upload\b/],
  ['snapcraft', /^(?:upload|push|release)\b/],
  ['charmcraft', /^(?:upload|release)\b/],
  ['pod', /^trunk (?:push|delete|deprecate)\b/],
  ['goreleaser', /^release\b/],
  ['semantic-release', /^/],
  ['release-it', /^/],
  ['np', /^/],
  ['standard-version-publish', /^/],
  ['changeset', /^publish\b/],
  ['web-ext', /^sign\b/],
  ['huggingface-cli', /^(?:upload|repo delete|delete)\b/],
  ['hf', /^(?:upload|repo delete)\b/],
  ['kaggle', /\b(?:create|version|push)\b/],
  ['anaconda', /^upload\b/],
  ['fastlane', /\b(?:release|deliver|supply|pilot|upload\w*)\b/],
  ['eas', /^(?:submit|update)\b/],
  ['flutter', /^pub publish\b/],
  ['dart', /^pub publish\b/],
  ['mix', /^hex\.(?:publish|retire)\b/],
  ['nuget', /^(?:push|delete)\b/],
  ['surge', /^/],
  ['gh-pages', /^/],
]);
