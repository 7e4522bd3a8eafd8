import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import type { Credentials } from '../../../local/aws/guard/signature.ts';
import { createS3ObjectStore } from '../../../shared/artifacts/s3.client.ts';
import { createDynamoStateStore } from '../../../shared/state/dynamo.client.ts';
import { applicationPrefix } from '../../../shared/state/keys.ts';
import { createTable, type OnWrite } from './table.ts';

export const names = { bucket: 'artifacts', table: 'state' };
export const credentials: Credentials = { accessKeyId: 'AKIABENCH', secretAccessKey: 'bench' };
const region = 'eu-west-1';

/**
 * S3 and DynamoDB as far as the reconciler uses them, in memory, by their own protocols: they answer at once, so that what is measured
 * is the reconciler. The played stack has the emulator instead.
 */
export async function startStorage(onWrite: OnWrite = () => {}) {
  const files = new Map<string, Buffer>();
  const table = createTable(onWrite);
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    if (request.headers['x-amz-target'] === undefined) return answerS3(request, body, files, response);
    const { status, result } = table.answer(String(request.headers['x-amz-target']), JSON.parse(body.toString('utf8')));
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(result));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = { endpoint, region, credentials };
  return {
    endpoint,
    objects: createS3ObjectStore({ client: new S3Client(client), bucket: names.bucket }),
    state: createDynamoStateStore({ client: new DynamoDBClient(client), table: names.table }),
    /** As if none had ever been deployed. */
    forgetApplications: () => table.forget(applicationPrefix),
    async close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

export type Storage = Awaited<ReturnType<typeof startStorage>>;

function answerS3(request: IncomingMessage, body: Buffer, files: Map<string, Buffer>, response: ServerResponse): void {
  const key = new URL(request.url ?? '', 'http://s3').pathname;
  const found = files.get(key);
  if (request.method === 'GET' && found !== undefined) response.end(found);
  else if (request.method === 'GET') refuse(response, 404, 'NoSuchKey');
  else if (found !== undefined && request.headers['if-none-match'] === '*') refuse(response, 412, 'PreconditionFailed');
  else {
    files.set(key, body);
    response.end();
  }
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'content-type': 'application/xml' }).end(`<Error><Code>${code}</Code></Error>`);
}
