/** Who has access to a cluster, as in `AWS::EKS::AccessEntry`. */
export type AccessEntry = {
  /** Of an IAM role (with its path) or user. */
  principalArn: string;
  /** May hold `{{SessionName}}`, `{{SessionNameRaw}}` and `{{AccountID}}`. Default: as EKS makes it, by the kind of principal. */
  username?: string | undefined;
  /** Kubernetes groups, for RBAC. */
  groups?: readonly string[] | undefined;
};

/** A caller as Kubernetes knows it. */
export type MappedUser = { username: string; groups: readonly string[]; canonicalArn: string };

type Caller = { partition: string; account: string; kind: 'role' | 'user'; name: string; session: string };

/**
 * The user that a caller's access entry makes of it; undefined if there is no entry, and so no access.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html
 */
export function mapCaller(arn: string, entries: readonly AccessEntry[]): MappedUser | undefined {
  const caller = parseCaller(arn);
  if (caller === undefined) return undefined;
  const entry = entries.find(({ principalArn }) => isPrincipal(principalArn, caller));
  if (entry === undefined) return undefined;
  const username = fillIn(entry.username ?? defaultUsername(caller, entry.principalArn), caller);
  return { username, groups: entry.groups ?? [], canonicalArn: entry.principalArn };
}

/** `arn:aws:sts::111122223333:assumed-role/name/session` or `arn:aws:iam::111122223333:user/path/name` */
function parseCaller(arn: string): Caller | undefined {
  const [, partition, service, , account, resource = ''] = arn.split(':');
  const [type, ...path] = resource.split('/');
  if (!partition || !account) return undefined;
  if (service === 'sts' && type === 'assumed-role' && path.length === 2) {
    const [name = '', session = ''] = path;
    return { partition, account, kind: 'role', name, session };
  }
  if (service !== 'iam' || type !== 'user') return undefined;
  return { partition, account, kind: 'user', name: path.at(-1) ?? '', session: '' };
}

/** A caller's ARN lacks the path of its role, so names are compared, which are unique within an account. */
function isPrincipal(principalArn: string, { partition, account, kind, name }: Caller): boolean {
  const [, principalPartition, service, , principalAccount, resource = ''] = principalArn.split(':');
  const [type, ...path] = resource.split('/');
  const sameAccount = service === 'iam' && principalPartition === partition && principalAccount === account;
  return sameAccount && type === kind && path.at(-1) === name;
}

function defaultUsername({ partition, account, kind, name }: Caller, principalArn: string): string {
  return kind === 'role' ? `arn:${partition}:sts::${account}:assumed-role/${name}/{{SessionName}}` : principalArn;
}

function fillIn(template: string, { account, session }: Caller): string {
  return template
    .replaceAll('{{AccountID}}', account)
    .replaceAll('{{SessionNameRaw}}', session)
    .replaceAll('{{SessionName}}', session.replaceAll('@', '-'));
}
