import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Pool } from 'undici';
import { parse } from 'yaml';
import { mapConcurrently } from '../../../shared/concurrency.ts';

/**
 * The API server's own limit: sends bodies that are ready, as many at once as the reconciler, reads every answer, and looks at nothing but
 * its status. A program of its own; its questions are files with a list of `{ path, body }`.
 */
const { clusters, users } = parse(await readFile(process.argv[2] ?? '', 'utf8'));
const [{ cluster }, { user }] = [clusters[0], users[0]];
const decode = (text: string) => Buffer.from(text, 'base64');
const connect = {
  ca: decode(cluster['certificate-authority-data']),
  cert: decode(user['client-certificate-data']),
  key: decode(user['client-key-data']),
};
const pool = new Pool(cluster.server, { connections: 16, connect });
const headers = { 'content-type': 'application/apply-patch+yaml', accept: 'application/json' };

for await (const line of createInterface({ input: process.stdin })) {
  const { file } = JSON.parse(line) as { file: string };
  const requests = JSON.parse(await readFile(file, 'utf8')) as { path: string; body: string }[];
  const started = performance.now();
  const statuses = await mapConcurrently(requests, 16, async ({ path, body }) => {
    const answer = await pool.request({ method: 'PATCH', path, body, headers });
    await answer.body.arrayBuffer();
    return answer.statusCode;
  });
  const seconds = (performance.now() - started) / 1000;
  const refused = statuses.filter((status) => status >= 300).length;
  console.log(JSON.stringify(refused > 0 ? { error: `${refused} bodies were refused` } : { seconds }));
}
