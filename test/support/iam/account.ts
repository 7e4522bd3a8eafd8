import type { Template } from 'aws-cdk-lib/assertions';
import { withoutHash } from '../../../infra/readable.ts';
import type { DescribedResource } from '../../../local/aws/template/create.ts';
import { type ResolvedResource, resolve, type Scope } from '../../../local/aws/template/intrinsics.ts';

/** A template whose references lead somewhere: played by the local stack, or with names that are made up. */
export type Account = {
  accountId: string;
  region: string;
  /** By logical id. */
  resources: Readonly<Record<string, DescribedResource>>;
};

const accountId = '111122223333';
const region = 'eu-west-1';
const arn = (service: string, name: string) => `arn:aws:${service}:${region}:${accountId}:${name}`;

/** What `Ref` and `Fn::GetAtt Arn` give, where it isn't the logical id and `arn:aws:SERVICE:…:ID`. */
const named: Readonly<Record<string, (id: string) => { ref?: string; arn: string; attributes?: object }>> = {
  'AWS::DynamoDB::GlobalTable': (id) => ({
    arn: arn('dynamodb', `table/${id}`),
    attributes: { StreamArn: arn('dynamodb', `table/${id}/stream/2026-01-01T00:00:00.000`) },
  }),
  'AWS::Events::EventBus': (id) => ({ arn: arn('events', `event-bus/${id}`) }),
  'AWS::Events::Rule': (id) => ({ arn: arn('events', `rule/${id}`) }),
  'AWS::IAM::Role': (id) => ({ arn: `arn:aws:iam::${accountId}:role/${id}` }),
  'AWS::KMS::Key': (id) => ({ arn: arn('kms', `key/${id}`) }),
  'AWS::Lambda::Function': (id) => ({ arn: arn('lambda', `function:${id}`) }),
  'AWS::Logs::LogGroup': (id) => ({ arn: arn('logs', `log-group:${id}:*`) }),
  'AWS::S3::Bucket': (id) => ({ ref: id.toLowerCase(), arn: `arn:aws:s3:::${id.toLowerCase()}` }),
  'AWS::SNS::Topic': (id) => ({ ref: arn('sns', id), arn: arn('sns', id) }),
};

function resolved(id: string, type: string): ResolvedResource {
  const service = type.split('::')[1]?.toLowerCase() ?? '';
  const { ref = id, arn: its, attributes = {} } = named[type]?.(id) ?? { arn: arn(service, id) };
  const known: Record<string, unknown> = { Arn: its, ...attributes };
  const get = (_: object, name: string) => known[name] ?? (name.endsWith('Arn') ? its : `${id}.${name}`);
  return { ref, attributes: new Proxy({}, { get }) };
}

/** The account that a synthesized template would make. Logical ids are without CDK's hash, as in messages for people. */
export function accountOf(template: Template): Account {
  const { Resources } = template.toJSON() as { Resources: Record<string, { Type: string; Properties?: object }> };
  const scope: Scope = {
    pseudo: {
      'AWS::AccountId': accountId,
      'AWS::Region': region,
      'AWS::Partition': 'aws',
      'AWS::URLSuffix': 'amazonaws.com',
      'AWS::StackName': 'Plumbline',
      'AWS::StackId': arn('cloudformation', 'stack/Plumbline/1'),
    },
    ...{ parameters: {}, mappings: {}, conditions: {} },
    resource: (id) => Resources[id] && resolved(withoutHash(id), Resources[id].Type),
  };
  const described = Object.entries(Resources).map(([id, { Type: type, Properties = {} }]) => {
    const { ref, attributes } = resolved(withoutHash(id), type);
    const properties = resolve(Properties, scope) as DescribedResource['properties'];
    return [withoutHash(id), { type, properties, ref, arn: attributes.Arn }] as const;
  });
  return { accountId, region, resources: Object.fromEntries(described) };
}

type Found = DescribedResource & { id: string; arn: string };

/** All resources of a type, by logical id without CDK's hash. */
export const ofType = ({ resources }: Account, type: string): Found[] =>
  Object.entries(resources)
    .filter(([, resource]) => resource.type === type)
    .map(([id, resource]) => ({ ...resource, id: withoutHash(id), arn: String(resource.arn) }));
