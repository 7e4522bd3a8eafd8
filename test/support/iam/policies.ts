import { many, matchesPattern, type PolicyDocument, type Statement } from '../../../local/aws/guard/policy/document.ts';
import { type Account, ofType } from './account.ts';

/** A role of the template with all that it may do. */
export type Role = {
  /** Its logical id: `ReporterFunctionRole`. */
  id: string;
  arn: string;
  /** Of whom: `Reporter`, or the role's own id where no function has it. */
  owner: string;
  trust: PolicyDocument;
  statements: Statement[];
  /** ARN of the function that has it. */
  functionArn?: string;
  /** Policies of the endpoints of its function's VPC, by service; undefined outside any VPC. */
  endpoints?: Readonly<Record<string, PolicyDocument[]>>;
};

const statementsOf = (document: unknown) => [...many((document as PolicyDocument).Statement)];

export function rolesOf(account: Account): Role[] {
  // The CDK moves what is too long for one policy to managed ones.
  const kinds = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'];
  const policies = kinds.flatMap((kind) => ofType(account, kind).map(({ properties }) => properties));
  const functions = ofType(account, 'AWS::Lambda::Function');
  return ofType(account, 'AWS::IAM::Role').map(({ id, ref, arn, properties }) => {
    const own = policies.filter(({ Roles = [] }) => (Roles as string[]).includes(ref));
    const inline = (properties.Policies ?? []) as { PolicyDocument: unknown }[];
    const fn = functions.find((each) => each.properties.Role === arn);
    const endpoints = fn && endpointsOf(account, fn.properties.VpcConfig as VpcConfig | undefined);
    return {
      ...{ id, arn, owner: fn?.id.replace(/Function$/, '') ?? id },
      trust: properties.AssumeRolePolicyDocument as PolicyDocument,
      statements: [...own, ...inline].flatMap(({ PolicyDocument }) => statementsOf(PolicyDocument)),
      ...(fn && { functionArn: fn.arn }),
      ...(endpoints && { endpoints }),
    };
  });
}

type VpcConfig = { SecurityGroupIds: string[] };
type Endpoint = { VpcId: string; ServiceName: string; PolicyDocument: PolicyDocument };

/** A function's VPC is that of its security group. */
function endpointsOf(account: Account, config: VpcConfig | undefined): Role['endpoints'] | undefined {
  if (config === undefined) return undefined;
  const isIts = (id: string) => config.SecurityGroupIds.some((group) => group.startsWith(id));
  const group = ofType(account, 'AWS::EC2::SecurityGroup').find(({ ref, id }) => isIts(ref) || isIts(id));
  const endpoints = ofType(account, 'AWS::EC2::VPCEndpoint')
    .map(({ properties }) => properties as Endpoint)
    .filter(({ VpcId }) => VpcId === group?.properties.VpcId);
  const byService = Map.groupBy(endpoints, ({ ServiceName }) => ServiceName.split('.').at(-1) ?? '');
  return Object.fromEntries([...byService].map(([service, all]) => [service, all.map((each) => each.PolicyDocument)]));
}

type Attached = { on: string; id: string; document: PolicyDocument };

/** Every policy that stands at a resource and not at a role. */
export function resourcePoliciesOf(account: Account): Attached[] {
  const arnOfRef = (ref: unknown) => Object.values(account.resources).find((each) => each.ref === ref)?.arn ?? ref;
  const attached = (type: string, places: string) =>
    ofType(account, type).flatMap(({ id, properties }) =>
      many(properties[places] as string | string[]).map((place) => ({
        ...{ id, on: String(arnOfRef(place)) },
        document: properties.PolicyDocument as PolicyDocument,
      })),
    );
  return [
    ...attached('AWS::SQS::QueuePolicy', 'Queues'),
    ...attached('AWS::SNS::TopicPolicy', 'Topics'),
    ...attached('AWS::S3::BucketPolicy', 'Bucket'),
    ...ofType(account, 'AWS::Lambda::Permission').map(ofPermission),
    ...ofType(account, 'AWS::Events::EventBusPolicy').map(({ id, properties }) => ({
      ...{ id, on: busArn(account, String(properties.EventBusName)) },
      document: { Statement: [properties.Statement as Statement] },
    })),
    ...ofType(account, 'AWS::KMS::Key').map(({ id, arn, properties }) => ({
      ...{ id, on: arn, document: properties.KeyPolicy as PolicyDocument },
    })),
  ];
}

const busArn = ({ region, accountId }: Account, name: string) =>
  `arn:aws:events:${region}:${accountId}:event-bus/${name}`;

/** `AWS::Lambda::Permission` writes a statement in words of its own. */
function ofPermission({ id, properties }: { id: string; properties: Readonly<Record<string, unknown>> }): Attached {
  const { FunctionName, Action, Principal, FunctionUrlAuthType, InvokedViaFunctionUrl, SourceArn } = properties;
  const who = String(Principal);
  const conditions = {
    'lambda:FunctionUrlAuthType': FunctionUrlAuthType,
    'lambda:InvokedViaFunctionUrl': InvokedViaFunctionUrl,
  };
  const given = Object.entries(conditions).filter(([, value]) => value !== undefined);
  const statement: Statement = {
    ...{ Effect: 'Allow', Action: String(Action), Resource: String(FunctionName) },
    Principal: who.endsWith('.amazonaws.com') ? { Service: who } : who === '*' ? '*' : { AWS: who },
    Condition: {
      StringEquals: Object.fromEntries(given.map(([key, value]) => [key, String(value)])),
      ...(SourceArn !== undefined && { ArnLike: { 'aws:SourceArn': String(SourceArn) } }),
    },
  };
  return { id, on: String(FunctionName), document: { Version: '2012-10-17', Statement: [statement] } };
}

const known = new WeakMap<Account, Attached[]>();

/** What stands at a resource, as one policy. An object is its bucket's; a role's is who may take it. */
export function policyOn(account: Account, resource: string): PolicyDocument | undefined {
  const attached = known.get(account) ?? resourcePoliciesOf(account);
  known.set(account, attached);
  const owner = resource.startsWith('arn:aws:s3:::') ? resource.split('/')[0] : resource;
  const trust = ofType(account, 'AWS::IAM::Role').filter(({ arn }) => arn === resource);
  const statements = [
    ...attached.filter(({ on }) => on === owner).flatMap(({ document }) => statementsOf(document)),
    ...trust.flatMap(({ properties }) => statementsOf(properties.AssumeRolePolicyDocument)),
  ];
  return statements.length > 0 ? { Version: '2012-10-17', Statement: statements } : undefined;
}

/** Whether any policy that has a say speaks of the action at all: without, nobody need be asked whether it is allowed. */
export function isSpokenOf(account: Account, { statements }: Role, action: string, resource: string): boolean {
  const all = [...statements, ...many(policyOn(account, resource)?.Statement)];
  return all.some(
    ({ Effect, Action, NotAction }) =>
      Effect === 'Allow' &&
      (NotAction !== undefined ||
        many(Action).some((pattern) => matchesPattern(pattern.toLowerCase(), action.toLowerCase()))),
  );
}
