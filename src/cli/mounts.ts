/** A mounted file system. */
export interface Mount {
  readonly path: string;
  readonly type: string;
  readonly options: readonly string[];
}

/** The mount that holds an absolute path, by the text of `/proc/self/mountinfo` (proc(5)); null when it is not told. */
export function findMount(mountInfo: string, path: string): Mount | null {
  const holding = mountInfo
    .split('\n')
    .flatMap((line) => parseMount(line) ?? [])
    .filter((mount) => path === mount.path || path.startsWith(mount.path === '/' ? '/' : `${mount.path}/`));
  // Of two on the same place the later one covers the earlier.
  return holding.reduce<Mount | null>(
    (best, next) => (best === null || next.path.length >= best.path.length ? next : best),
    null,
  );
}

function parseMount(line: string): Mount | null {
  const [before = '', after = ''] = line.split(' - ');
  const [, , , , place, options] = before.split(' ');
  if (place === undefined || options === undefined) return null;
  const path = place.replaceAll(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
  return { path, type: after.replace(/ .*$/, ''), options: options.split(',') };
}

/** Whether other machines may write the file system too, so that locks and sockets on it mean nothing. */
export function isNetworkMount({ type }: Mount): boolean {
  return /^(?:nfs\d?|cifs|smb\w*|9p|afs|ceph|lustre|gfs2|ocfs2|glusterfs|fuse\.(?:sshfs|rclone|s3fs|glusterfs|ceph))$/.test(
    type,
  );
}
