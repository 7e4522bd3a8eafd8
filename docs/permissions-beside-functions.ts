type Statement = {
  Sid?: string;
  Effect: 'Allow' | 'Deny';
  Principal?: string | Record<string, string | string[]>;
  Action: string | string[];
  Resource?: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
};

/** The template's, with references written out, by logical id. */
export type Resources = Record<string, { Type: string; Properties: Record<string, unknown> }>;

const many = <T>(value: T | T[] | undefined): T[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

export const list = (items: readonly string[]) => [...new Set(items)].map((item) => `\`${item}\``).join('<br>');

/** What is neither a function's nor said by a grant: roles of services, and policies that stand at resources. */
export const besideFunctions = (resources: Resources): string => `
# Everybody else
${roles(resources)}
## Whom the resources let in
By their own policies, beside the roles above. Everything else is refused, also to other accounts.

| resource | who | actions | if |
|---|---|---|---|
${atResources(resources, 'Allow')}

## Whom the resources refuse
Whatever other policies say.

| resource | who | actions | if |
|---|---|---|---|
${atResources(resources, 'Deny')}

## What the VPC endpoints let through
Whoever asks: no credentials whatsoever lead further from there.

| endpoint | actions | on |
|---|---|---|
${ofType(resources, 'AWS::EC2::VPCEndpoint')
  .flatMap(([id, { PolicyDocument }]) => statementsOf(PolicyDocument).map(throughEndpoint(id)))
  .join('\n')}

## What functions' own code is denied
For what Lambda needs with a function's role, and the function's code doesn't: calls from inside a function have \`lambda:SourceFunctionArn\`, Lambda's own don't.

| role | actions | if |
|---|---|---|
${denials(resources)}

## In the clusters
Access entries: what a role is in the cluster. What the group may do there is written by \`plumbline rbac\`.

| cluster | role | groups |
|---|---|---|
${ofType(resources, 'AWS::EKS::AccessEntry')
  .map(
    ([, { ClusterName, PrincipalArn, KubernetesGroups }]) =>
      `| ${ClusterName} | \`${PrincipalArn}\` | ${list(many(KubernetesGroups as string[]))} |`,
  )
  .join('\n')}
`;

const ofType = (resources: Resources, type: string) =>
  Object.entries(resources)
    .filter(([, resource]) => resource.Type === type)
    .map(([id, { Properties = {} }]) => [id, Properties] as const);

const statementsOf = (document: unknown) => many((document as { Statement: Statement[] }).Statement);

/** Who may take a role is the same for all functions: Lambda. */
function roles(resources: Resources): string {
  const policies = ofType(resources, 'AWS::IAM::Policy');
  const rows = ofType(resources, 'AWS::IAM::Role').flatMap(([id, { AssumeRolePolicyDocument }]) => {
    const [trust] = statementsOf(AssumeRolePolicyDocument);
    if (trust === undefined || isLambda(trust)) return [];
    const own = policies.filter(([, { Roles }]) => (Roles as string[]).includes(`<${id}>`));
    return own.flatMap(([, { PolicyDocument }]) =>
      statementsOf(PolicyDocument).map(
        ({ Action, Resource }) =>
          `| \`${id}\` | ${principalOf(trust)} if ${conditionsOf(trust)} | ${list(many(Action))} | ${list(many(Resource))} |`,
      ),
    );
  });
  return `
## Roles of services
A function's role can be taken by Lambda and nobody else.

| role | taken by | actions | on |
|---|---|---|---|
${rows.join('\n')}
`;
}

const isLambda = (trust: Statement) => principalOf(trust) === 'lambda.amazonaws.com';

const places = ['Queues', 'Topics', 'Bucket', 'EventBusName', 'FunctionName'];

function atResources(resources: Resources, effect: Statement['Effect']): string {
  const types = Object.values(resources).map(({ Type }) => Type);
  const policies = [...new Set(types)].filter(
    (type) => /::(\w+Policy|Permission)$/.test(type) && !/::IAM::/.test(type),
  );
  const rows = policies.flatMap((type) =>
    ofType(resources, type).flatMap(([, properties]) => {
      const on = places.flatMap((place) => many(properties[place] as string | string[] | undefined));
      return statementsAt(properties)
        .filter(({ Effect }) => Effect === effect)
        .map((statement) => ({ on, rule: ruleOf(statement) }));
    }),
  );
  const byRule = Map.groupBy(rows, ({ rule }) => rule);
  return [...byRule].map(([rule, same]) => `| ${list(same.flatMap(({ on }) => on))} | ${rule} |`).join('\n');
}

function statementsAt(properties: Record<string, unknown>): Statement[] {
  const { PolicyDocument, Statement: own, Action, Principal, FunctionUrlAuthType, InvokedViaFunctionUrl } = properties;
  if (PolicyDocument !== undefined) return statementsOf(PolicyDocument);
  if (own !== undefined) return [own as Statement];
  const conditions = { FunctionUrlAuthType, InvokedViaFunctionUrl };
  const given = Object.entries(conditions).filter(([, value]) => value !== undefined);
  const StringEquals = Object.fromEntries(given.map(([key, value]) => [`lambda:${key}`, String(value)]));
  return [{ Effect: 'Allow', Principal: String(Principal), Action: String(Action), Condition: { StringEquals } }];
}

const ruleOf = (statement: Statement) =>
  `${principalOf(statement)} | ${list(many(statement.Action))} | ${conditionsOf(statement)}`;

function principalOf({ Principal = 'nobody' }: Statement): string {
  const names = typeof Principal === 'string' ? [Principal] : Object.values(Principal).flat();
  return names.map((name) => (name === '*' ? 'everybody' : name)).join(', ');
}

function conditionsOf({ Condition = {} }: Statement): string {
  const conditions = Object.entries(Condition).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => `\`${key}\` ${operator} ${list(many(values).map(String))}`),
  );
  return conditions.join('<br>') || 'always';
}

const throughEndpoint =
  (id: string) =>
  ({ Action, Resource }: Statement) =>
    `| \`${id}\` | ${list(many(Action))} | ${list(many(Resource))} |`;

function denials(resources: Resources): string {
  const rows = ofType(resources, 'AWS::IAM::Policy').flatMap(([, { PolicyDocument, Roles }]) =>
    statementsOf(PolicyDocument)
      .filter(({ Effect }) => Effect === 'Deny')
      .map(
        (statement) => `| ${list(Roles as string[])} | ${list(many(statement.Action))} | ${conditionsOf(statement)} |`,
      ),
  );
  return rows.join('\n');
}
