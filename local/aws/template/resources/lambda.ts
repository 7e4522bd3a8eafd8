import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { judgeService } from '../../guard/authorize.ts';
import type { Statement } from '../../guard/policy/document.ts';
import { attachPolicy } from '../../guard/world.ts';
import { TemplateError } from '../intrinsics.ts';
import { arnIn, type Creation, type Creator, number, type Properties, physicalName } from './creator.ts';

type Code = { S3Bucket?: string; S3Key?: string; ZipFile?: string };

/** CDK names an asset by its hash; the assembly says which folder or file that is. */
function assetOf({ assets }: Creation, { S3Key = '' }: Code): string {
  const path = assets[S3Key.replace(/\.\w+$/, '')];
  if (path === undefined) throw new TemplateError(`the assembly has no asset ${S3Key}`);
  return path;
}

async function codeFolder(creation: Creation, code: Code): Promise<string> {
  if (code.ZipFile === undefined) return assetOf(creation, code);
  const folder = join(creation.folder, 'inline', creation.logicalId);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'index.cjs'), code.ZipFile);
  return folder;
}

/** Lambda refuses a role that it can't assume when the function is created. */
function mayAssume({ world }: Creation, roleArn: string): void {
  const decision = judgeService(world, 'lambda.amazonaws.com', { action: 'sts:AssumeRole', resource: roleArn });
  if (!decision.allowed) throw new TemplateError(`the role ${roleArn} cannot be assumed by Lambda`);
}

export const createFunction: Creator = async (properties, creation) => {
  const { logicalId, parts } = creation;
  if (!String(properties.Runtime).startsWith('nodejs'))
    throw new TemplateError(`the player runs nodejs only, not ${properties.Runtime}`);
  const name = String(properties.FunctionName ?? physicalName(creation));
  const arn = arnIn(creation, 'lambda', `function:${name}`);
  const roleArn = String(properties.Role);
  mayAssume(creation, roleArn);
  const tenancy = properties.TenancyConfig as { TenantIsolationMode?: string } | undefined;
  parts.functions.set(arn, {
    ...{ name, arn, logicalId, roleArn },
    codeFolder: await codeFolder(creation, properties.Code as Code),
    handler: String(properties.Handler),
    timeoutSeconds: number(properties.Timeout, 3),
    memoryMegabytes: number(properties.MemorySize, 128),
    environment: variablesOf(properties),
    layers: ((properties.Layers ?? []) as string[]).map((layer) => layerOf(creation, layer)),
    inVpc: properties.VpcConfig !== undefined,
    reservedConcurrency: properties.ReservedConcurrentExecutions as number | undefined,
    perTenant: tenancy?.TenantIsolationMode === 'PER_TENANT',
  });
  const letter = properties.DeadLetterConfig as { TargetArn?: string } | undefined;
  if (letter?.TargetArn) parts.asyncConfigs.set(arn, { retries: 2, onFailureArn: letter.TargetArn });
  return { ref: name, attributes: { Arn: arn } };
};

function variablesOf(properties: Properties): Record<string, string> {
  const { Variables = {} } = (properties.Environment ?? {}) as { Variables?: Record<string, unknown> };
  return Object.fromEntries(Object.entries(Variables).map(([name, value]) => [name, String(value)]));
}

function layerOf({ parts }: Creation, arn: string): string {
  const layer = parts.layers.get(arn);
  if (layer === undefined) throw new TemplateError(`the layer ${arn} is not of this template`);
  return layer;
}

export const createLayerVersion: Creator = async (properties, creation) => {
  const name = String(properties.LayerName ?? creation.logicalId);
  const arn = arnIn(creation, 'lambda', `layer:${name}:1`);
  creation.parts.layers.set(arn, assetOf(creation, properties.Content as Code));
  return { ref: arn, attributes: { LayerVersionArn: arn } };
};

export function functionArn(creation: Creation, nameOrArn: string): string {
  return nameOrArn.startsWith('arn:')
    ? nameOrArn.split(':').slice(0, 7).join(':')
    : arnIn(creation, 'lambda', `function:${nameOrArn}`);
}

/** A permission is a statement of the function's own policy. */
export const createPermission: Creator = async (properties, creation) => {
  const { FunctionName, Principal, Action, SourceArn, SourceAccount, FunctionUrlAuthType, InvokedViaFunctionUrl } =
    properties;
  const resource = functionArn(creation, String(FunctionName));
  const who = String(Principal);
  const conditions = { 'aws:SourceArn': SourceArn, 'aws:SourceAccount': SourceAccount };
  const url = {
    'lambda:FunctionUrlAuthType': FunctionUrlAuthType,
    'lambda:InvokedViaFunctionUrl': InvokedViaFunctionUrl,
  };
  const statement: Statement = {
    Effect: 'Allow',
    Principal: who === '*' ? '*' : who.endsWith('.amazonaws.com') ? { Service: who } : { AWS: who },
    Action: String(Action),
    Resource: resource,
    Condition: {
      ArnLike: present({ 'aws:SourceArn': conditions['aws:SourceArn'] }),
      StringEquals: present({ ...url, 'aws:SourceAccount': SourceAccount }),
    },
  };
  attachPolicy(creation.world, resource, { Version: '2012-10-17', Statement: [statement] });
  return { ref: physicalName(creation), attributes: { Id: physicalName(creation) } };
};

function present(values: Record<string, unknown>): Record<string, string> {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([key, value]) => [key, String(value)]));
}

export const createUrl: Creator = async ({ TargetFunctionArn, AuthType }, creation) => {
  const arn = functionArn(creation, String(TargetFunctionArn));
  const auth = AuthType === 'AWS_IAM' ? 'AWS_IAM' : 'NONE';
  const url = await creation.openUrl(arn, auth);
  creation.parts.urls.push({ functionArn: arn, auth, url });
  return { ref: arn, attributes: { FunctionArn: arn, FunctionUrl: url } };
};

type Destinations = { OnFailure?: { Destination?: string } };

export const createEventInvokeConfig: Creator = async (properties, creation) => {
  const arn = functionArn(creation, String(properties.FunctionName));
  const destinations = properties.DestinationConfig as Destinations | undefined;
  creation.parts.asyncConfigs.set(arn, {
    retries: number(properties.MaximumRetryAttempts, 2),
    onFailureArn: destinations?.OnFailure?.Destination ?? creation.parts.asyncConfigs.get(arn)?.onFailureArn,
  });
  return { ref: physicalName(creation), attributes: {} };
};

/** Versions and aliases lead to the one code that there is. */
export const createVersion: Creator = async ({ FunctionName }, creation) => {
  const arn = `${functionArn(creation, String(FunctionName))}:1`;
  return { ref: arn, attributes: { Version: '1', FunctionArn: arn } };
};

export const createLambdaAlias: Creator = async ({ FunctionName, Name }, creation) => {
  const arn = `${functionArn(creation, String(FunctionName))}:${Name}`;
  return { ref: arn, attributes: { AliasArn: arn } };
};
