import { type Duration, RemovalPolicy, type Size } from 'aws-cdk-lib';
import { PolicyStatement, type PolicyStatementProps, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Architecture, type ILayerVersion, Runtime, TenancyConfig } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction, type NodejsFunctionProps } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { acknowledge, acknowledgeWildcards } from './acknowledge.ts';
import type { Alerts } from './alerts.ts';
import { Encryption } from './encryption.ts';
import { codeOf } from './function-code.ts';
import { type KeyUse, viaService } from './key-uses.ts';
import { alarmPeriod } from './metrics.ts';
import { allowInterfaces } from './network-interfaces.ts';

/** A place in a VPC. */
export type FunctionNetwork = {
  placement(): Required<Pick<NodejsFunctionProps, 'vpc' | 'vpcSubnets' | 'securityGroups'>>;
};

export type NodeFunctionProps = {
  /** The folder under `functions/` whose `handler.ts` it runs. */
  name: string;
  description: string;
  timeout: Duration;
  /** MiB; the processor's share grows with it (1,769 are one processor). */
  memorySize: number;
  alerts: Alerts;
  /** @default Architecture.ARM_64, the cheaper one */
  architecture?: Architecture;
  /** @default none: the function runs outside any VPC */
  network?: FunctionNetwork;
  layers?: ILayerVersion[];
  /** Where another account must know it. @default a name that CloudFormation makes */
  roleName?: string;
  /** Size of `/tmp`. @default 512 MiB */
  ephemeralStorageSize?: Size;
  /** An instance serves one tenant only, whom each invocation must name. @default false */
  perTenant?: boolean;
};

type OneUse = Pick<KeyUse, 'service' | 'actions'> & Partial<KeyUse>;

/** What a function may do, and why: `docs/permissions.md` is made of these. */
export type Grant = { why: string; actions: string[]; resources: string[] };

/** Where a role's policy grows too long for one, the CDK moves statements to managed policies, but it can't split one. */
const mostResources = 4;

/**
 * What the seven functions have in common: Node 24, one ES module with the SDK inside, a log group of its own, an alarm on errors, and a
 * role that may write that log and nothing else. Whoever gives it something to do grants the right to it and sets the variable that names it.
 */
export class NodeFunction extends Construct {
  readonly lambda: NodejsFunction;
  readonly role: Role;
  readonly timeout: Duration;
  readonly grants: Grant[] = [];

  constructor(scope: Construct, props: NodeFunctionProps) {
    super(scope, 'Function');
    this.timeout = props.timeout;
    this.role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `Plumbline: ${props.description}`,
      ...(props.roleName && { roleName: props.roleName }),
    });
    const key = Encryption.keyOf(this);
    const logGroup = new LogGroup(this, 'Log', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
      ...(key && { encryptionKey: key }),
    });
    this.allow('its log', ['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroup.logGroupArn]);
    if (props.network) allowInterfaces(this);
    if (key) this.allowKey('Lambda opens its variables in its name', { service: 'lambda', actions: ['kms:Decrypt'] });
    this.lambda = this.createLambda(props, logGroup, key);
    acknowledge(this.lambda, {
      'Serverless-LambdaDLQ':
        'nothing invokes it asynchronously: its queue, its stream or its caller keeps what failed',
      'Serverless-LambdaTracing':
        'a right to send traces can only be had on everything; logs and metrics tell how long what took, and of which cause it came',
    });
    props.alerts.whenAbove(this, 'Errors', {
      metric: this.lambda.metricErrors({ statistic: 'Sum', period: alarmPeriod }),
      threshold: 0,
      description: `${props.name} failed or ran out of time; its log says why`,
      entry: 'errors',
    });
    // A burst is throttled and tried again: it takes a quarter of an hour of it to be a wall.
    props.alerts.whenAbove(this, 'Throttles', {
      metric: this.lambda.metricThrottles({ statistic: 'Sum', period: alarmPeriod }),
      threshold: 0,
      periods: 3,
      description: `${props.name} is not allowed to run, for a quarter of an hour`,
      entry: 'throttles',
    });
  }

  /** Allows exactly these actions on exactly these resources, and says why. The uses of a customer's key that come with them follow by themselves. */
  allow(
    why: string,
    actions: string[],
    resources: string[],
    more: Pick<PolicyStatementProps, 'conditions' | 'sid'> = {},
  ): void {
    this.grants.push({ why, actions, resources });
    acknowledgeWildcards(this.role, resources, why);
    for (let from = 0; from < resources.length; from += mostResources) {
      const some = resources.slice(from, from + mostResources);
      this.role.addToPrincipalPolicy(new PolicyStatement({ actions, resources: some, ...more }));
    }
    for (const use of Encryption.of(this)?.usesOf(actions, resources) ?? []) this.allowKey(why, use);
  }

  private allowKey(
    why: string,
    { service, actions, conditions = { StringEquals: viaService(service) } }: OneUse,
  ): void {
    const { key } = Encryption.of(this) ?? {};
    if (key) this.allow(`${why}: ${service} opens it with the customer's key`, actions, [key.keyArn], { conditions });
  }

  setVariable(name: string, value: string): void {
    this.lambda.addEnvironment(name, value);
  }

  private createLambda(props: NodeFunctionProps, logGroup: LogGroup, key: IKey | undefined): NodejsFunction {
    const { name, description, timeout, memorySize, network, layers, ephemeralStorageSize, perTenant } = props;
    return new NodejsFunction(this, 'Resource', {
      ...codeOf(name),
      runtime: Runtime.NODEJS_24_X,
      architecture: props.architecture ?? Architecture.ARM_64,
      role: this.role,
      awsSdkConnectionReuse: false,
      description,
      timeout,
      memorySize,
      logGroup,
      ...(key && { environmentEncryption: key }),
      ...(layers && { layers }),
      ...(ephemeralStorageSize && { ephemeralStorageSize }),
      ...(perTenant && { tenancyConfig: TenancyConfig.PER_TENANT }),
      ...network?.placement(),
    });
  }
}
