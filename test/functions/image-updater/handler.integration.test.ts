import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { CreateQueueCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { createClients } from '../../../local/aws/clients.ts';
import { createRegistry } from '../../../local/aws/registry.ts';
import { type GitHubStandIn, startGitHub } from '../../../local/github/start.ts';
import { variables } from '../../../shared/environment-variables.ts';
import { aKeyPair, aRule, keyBundle, pemOf, simpleSigning } from '../../shared/images/signatures/signing.ts';
import { aDeployerEnvironment } from '../../support/examples.ts';
import { aDeployment, deploymentFile, registryHost, rules } from './bench.ts';
import { aBatch, anEcrEvent, aPush } from './events.ts';

const { account } = inject('shared');
const clients = createClients(account);
const registry = createRegistry(clients, { put: async () => ({ EventId: '' }) });
const name = `updated-${randomUUID()}`;
const image = `${registryHost}/${name}`;
const repository = 'example-org/example-environment';
const key = aKeyPair();
const signed = { name: `signed-${randomUUID()}`, branch: 'signed' };

let github: GitHubStandIn;
let folder: string;
let deadLetters: string;
let handler: (event: SQSEvent) => Promise<SQSBatchResponse>;

/** The function as Lambda starts it: by its environment alone. */
beforeAll(async () => {
  [github, folder] = await Promise.all([startGitHub(), mkdtemp(join(tmpdir(), 'plumbline-test-'))]);
  const { QueueUrl = '' } = await clients.sqs.send(new CreateQueueCommand({ QueueName: `dead-${randomUUID()}` }));
  deadLetters = QueueUrl;
  const privateKeySecret = `key-${randomUUID()}`;
  const { appId, privateKey } = github.apps.write;
  await clients.secrets.send(new CreateSecretCommand({ Name: privateKeySecret, SecretString: privateKey }));
  const configuration = {
    github: { apiUrl: github.apiUrl, apps: { write: { appId, privateKeySecret } } },
    environments: {
      staging: aDeployerEnvironment({ repository, images: [`${registryHost}/updated-*`] }),
      signed: aDeployerEnvironment({
        ...{ repository, branch: signed.branch, images: [`${registryHost}/signed-*`] },
        verify: [aRule({ keys: [pemOf(key)] })],
      }),
    },
  };
  await writeFile(join(folder, 'deployer.json'), JSON.stringify(configuration));
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: account.endpoint,
    AWS_REGION: account.region,
    AWS_ACCESS_KEY_ID: account.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: account.credentials.secretAccessKey,
    [variables.configurationFile]: join(folder, 'deployer.json'),
    [variables.deadLetterQueueUrl]: deadLetters,
    // Only read where something is promoted.
    [variables.stateTable]: 'none',
    POWERTOOLS_LOG_LEVEL: 'SILENT',
  });
  ({ handler } = await import('../../../functions/image-updater/handler.ts'));
});

afterAll(async () => {
  await Promise.all([github.close(), rm(folder, { recursive: true, force: true })]);
  clients.destroy();
  if (github.violations.length > 0) throw new Error(github.violations.join('\n'));
});

async function buried(): Promise<{ body: string | undefined; reason: string | undefined }[]> {
  const { Messages = [] } = await clients.sqs.send(
    new ReceiveMessageCommand({ QueueUrl: deadLetters, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] }),
  );
  return Messages.map(({ Body, MessageAttributes }) => ({
    body: Body,
    reason: MessageAttributes?.reason?.StringValue,
  }));
}

describe('the image-updater', () => {
  test('turns a push to ECR into a commit on GitHub; its malformed neighbour goes to the dead letters', async () => {
    const files = { 'environment.yaml': rules(image), [deploymentFile]: aDeployment(`${image}:1.0.0`) };
    const branches = ['staging', signed.branch];
    await github.createRepository({ owner: 'example-org', name: 'example-environment', branches, files });
    await registry.push(name, '1.0.0');
    const digest = await registry.push(name, '1.1.0');
    expect(await handler(aBatch('{"kind":', aPush('1.1.0', name)))).toEqual({ batchItemFailures: [] });
    const pin = `${image}:1.1.0@${digest}`;
    expect(String(await github.readFile(repository, 'staging', deploymentFile))).toBe(aDeployment(pin));
    expect(await buried()).toEqual([{ body: '{"kind":', reason: 'the message is not JSON' }]);
  });

  test('fault 1: makes no second commit of the same push, nor of a scan', async () => {
    const before = await github.head(repository, 'staging');
    expect(await handler(aBatch(aPush('1.1.0', name), { kind: 'image-scan', cause: 'tick' }))).toEqual({
      batchItemFailures: [],
    });
    expect(await github.head(repository, 'staging')).toBe(before);
  });

  test('fault 12: commits on top of a push that came between', async () => {
    const digest = await registry.push(name, '1.2.0');
    const before = () =>
      github.commit({ repository, branch: 'staging', files: { 'README.md': 'by a person\n' }, message: 'A person' });
    github.inject({ path: '/graphql', before });
    expect(await handler(aBatch(aPush('1.2.0', name)))).toEqual({ batchItemFailures: [] });
    expect(String(await github.readFile(repository, 'staging', deploymentFile))).toBe(
      aDeployment(`${image}:1.2.0@${digest}`),
    );
    expect(String(await github.readFile(repository, 'staging', 'README.md'))).toBe('by a person\n');
  });

  test('fault 6: does nothing about an image that is not there', async () => {
    const before = await github.head(repository, 'staging');
    expect(await handler(aBatch(aPush('1.9.9', name)))).toEqual({ batchItemFailures: [] });
    expect(await github.head(repository, 'staging')).toBe(before);
    expect(await buried()).toEqual([]);
  });

  test('fault 25: pins an image of ECR once it is signed, under a tag or by a referrer, and not before', async () => {
    const { branch } = signed;
    const of = `${registryHost}/${signed.name}`;
    const files = { 'environment.yaml': rules(of), [deploymentFile]: aDeployment(`${of}:1.0.0`) };
    await github.commit({ repository, branch, files, message: 'Signed images' });
    const standing = async () => String(await github.readFile(repository, branch, deploymentFile));
    const digests = [await registry.push(signed.name, '1.1.0'), await registry.push(signed.name, '1.2.0')] as const;
    expect(await handler(aBatch(aPush('1.2.0', signed.name)))).toEqual({ batchItemFailures: [] });
    expect(await standing()).toBe(aDeployment(`${of}:1.0.0`));

    const { content, annotations = {} } = simpleSigning(digests[0], key);
    const tag = `${digests[0].replace(':', '-')}.sig`;
    const mediaType = 'application/vnd.dev.cosign.simplesigning.v1+json';
    await registry.attach(signed.name, { tag, layers: [{ mediaType, content, annotations }] });
    expect(await handler(aBatch(aPush(tag, signed.name)))).toEqual({ batchItemFailures: [] });
    expect(await standing()).toBe(aDeployment(`${of}:1.1.0@${digests[0]}`));

    const artifactType = 'application/vnd.dev.sigstore.bundle.v0.3+json';
    const bundle = { mediaType: artifactType, content: keyBundle(digests[1], key).content };
    await registry.attach(signed.name, { subject: digests[1], artifactType, layers: [bundle] });
    const detail = { 'repository-name': signed.name, 'image-tag': undefined };
    expect(await handler(aBatch(anEcrEvent({ type: 'ECR Referrer Action', detail })))).toEqual({
      batchItemFailures: [],
    });
    expect(await standing()).toBe(aDeployment(`${of}:1.2.0@${digests[1]}`));
  });

  test('fault 14: buries the message with the setting when the branch is protected', async () => {
    github.protectBranch(repository, 'staging');
    await registry.push(name, '1.3.0');
    expect(await handler(aBatch(aPush('1.3.0', name)))).toEqual({ batchItemFailures: [] });
    expect(await buried()).toMatchObject([
      { reason: expect.stringMatching(/The branch is protected: add the App \d+ to the bypass list/) },
    ]);
  });
});
